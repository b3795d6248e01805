#!/usr/bin/env bash
# nbval 0.11.0 with ipykernel 7.1.0, IPython 9.7.0, pytest 9.0.1 on Python 3.11.
#
# A code cell whose error the kernel does not publish as an "error" message counts as passed: an unknown line
# or cell magic (UsageError) and an ExceptionGroup are written to stderr as a stream, and only the status of
# the execute reply says "error". nbval waits for that reply and does not look at it. The statements behind an
# unknown magic in the same cell are never run, so a wrong assertion there passes as well. Where outputs are
# not compared (--nbval-lax), nothing tells. nbclient does look at the reply: CellExecutionError.
#
# Seen:
#   notebook.ipynb::Cell 0 PASSED      %no_such_magic, then assert False
#   notebook.ipynb::Cell 1 PASSED      raise ExceptionGroup("two", [ValueError(), KeyError()])
#   notebook.ipynb::Cell 2 FAILED      raise ValueError()
#   nbclient: CellExecutionError at each of the three
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    nbval==0.11.0 ipykernel==7.1.0 ipython==9.7.0 pytest==9.0.1 nbclient==0.10.2 nbformat==5.10.4
cd "$folder"
export PATH="$folder/venv/bin:$PATH"
cat > make.py <<'PYTHON'
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_notebook

sources = [
    "%no_such_magic\nassert False",
    "raise ExceptionGroup('two', [ValueError(), KeyError()])",
    "raise ValueError()",
]
nbformat.write(new_notebook(cells=[new_code_cell(source) for source in sources]), "notebook.ipynb")
for source in sources:
    try:
        NotebookClient(new_notebook(cells=[new_code_cell(source)]), kernel_name="python3").execute()
    except CellExecutionError:
        print("nbclient: CellExecutionError")
PYTHON
python make.py 2>/dev/null > seen
python -m pytest --nbval-lax --nbval-current-env -v -p no:cacheprovider notebook.ipynb 2>/dev/null |
    grep -oE "Cell [0-9] (PASSED|FAILED)" | sort -u >> seen || true
cat seen
diff seen - <<'SEEN'
nbclient: CellExecutionError
nbclient: CellExecutionError
nbclient: CellExecutionError
Cell 0 PASSED
Cell 1 PASSED
Cell 2 FAILED
SEEN
echo "as described"
