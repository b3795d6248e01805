"""Pages for students, teaching assistants and teachers. Everything in them is escaped; they load nothing."""

from autograder.report.classroom import class_page
from autograder.report.files import scores_csv, write_reports
from autograder.report.safe import page_name, plain_text
from autograder.report.student import student_page
from autograder.report.words import short_finding


__all__ = [
    "class_page",
    "page_name",
    "plain_text",
    "scores_csv",
    "short_finding",
    "student_page",
    "write_reports",
]
