"""Pages for students, teaching assistants and teachers. Everything in them is escaped; they load nothing."""

from autograder.report.classroom import class_page
from autograder.report.files import Reports, scores_csv, write_reports
from autograder.report.lecture import lecture_sections
from autograder.report.safe import page_name, plain_text, spreadsheet_text
from autograder.report.student import student_page
from autograder.report.words import late_days, lateness, points, short_finding


__all__ = [
    "Reports",
    "class_page",
    "late_days",
    "lateness",
    "lecture_sections",
    "page_name",
    "plain_text",
    "points",
    "scores_csv",
    "short_finding",
    "spreadsheet_text",
    "student_page",
    "write_reports",
]
