#!/usr/bin/env bash
# nbgrader 0.9.6, SQLAlchemy 2.1.9 on Python 3.11.
#
# An extension may be granted to a student while the assignment has no due date yet; nbgrader's gradebook
# takes it. From then on the submission's `duedate` raises TypeError, since it adds the extension to None,
# and so does everything that asks whether the student was late: the rows of that student cannot be read
# until somebody sets a due date or takes the extension back. (`nbgrader extension`, by the way, is about
# extensions of Jupyter; extensions of time have no command.)
#
# Seen:
# without an extension: None, 0 seconds late
# with one: TypeError
# with a due date: 2026-11-03 12:00:00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check nbgrader==0.9.6 sqlalchemy==2.1.9
cat > "$folder/look.py" <<'PYTHON'
import sys

from nbgrader.api import Gradebook

with Gradebook(f"sqlite:///{sys.argv[1]}/gradebook.db") as gradebook:
    gradebook.add_assignment("essay")
    gradebook.add_student("ann")
    gradebook.add_submission("essay", "ann")

    def submission():
        return gradebook.find_submission("essay", "ann")

    print(f"without an extension: {submission().duedate}, {submission().total_seconds_late} seconds late")
    gradebook.grant_extension("essay", "ann", days=2)
    try:
        print("with one:", submission().duedate)
    except TypeError:
        print("with one: TypeError")
    gradebook.update_or_create_assignment("essay", duedate="2026-11-01T12:00:00")
    print("with a due date:", submission().duedate)
PYTHON
PATH="$folder/venv/bin:$PATH" "$folder/venv/bin/python" "$folder/look.py" "$folder" 2>/dev/null | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
without an extension: None, 0 seconds late
with one: TypeError
with a due date: 2026-11-03 12:00:00
SEEN
echo "as described"
