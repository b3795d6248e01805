#!/usr/bin/env bash
# scikit-learn 1.9.1 beside rich 15.0.0, numpy 2.4.6, Python 3.11.
#
# A program that seeds Python's `random` and then imports scikit-learn for the first time draws other numbers
# if rich happens to be installed, which scikit-learn does not ask for. Since 1.9 its progress bar tries to
# import rich, and rich takes numbers from the global generator for the styles that it makes while it is
# imported. So an import inside a function breaks "same seed, same numbers" once in each process, and what a
# notebook shows depends on a package that it never names. numpy's generators are not touched.
#
# Seen: without rich: the same numbers; with rich: other numbers
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
install() { "$folder/venv/bin/pip" install --quiet --disable-pip-version-check "$@"; }
install scikit-learn==1.9.1 numpy==2.4.6
cat > "$folder/look.py" <<'PYTHON'
import importlib.util
import random

random.seed(0)
expected = random.random()
random.seed(0)
import sklearn.datasets

name = "with" if importlib.util.find_spec("rich") else "without"
print(f"{name} rich: {'the same' if random.random() == expected else 'other'} numbers")
PYTHON
"$folder/venv/bin/python" "$folder/look.py" | tee "$folder/seen"
install rich==15.0.0
"$folder/venv/bin/python" "$folder/look.py" | tee -a "$folder/seen"
diff "$folder/seen" - <<'SEEN'
without rich: the same numbers
with rich: other numbers
SEEN
echo "as described"
