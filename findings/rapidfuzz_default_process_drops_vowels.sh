#!/usr/bin/env bash
# RapidFuzz 3.14.6, thefuzz 0.22.1 on Python 3.11.
#
# `rapidfuzz.utils.default_process` is said to remove what is not alphanumeric. Combining marks are not, as for
# `str.isalnum`: but Devanagari, Thai, Tamil and many other scripts write most vowels as such marks, so that what
# is left of a name is its consonants. Two different names are then a perfect match, of 100, whoever's they are.
# thefuzz does this by default; RapidFuzz since its version 3 only where it is given as the processor, as code
# that came from thefuzz does. Accents of Latin letters that are stored by themselves go as well, and the same
# name in its other form keeps them.
#
# Seen:
# Sita and Suta as they are: 75
# with default_process: 100
# the best match in a roster without Sita, by thefuzz: 100
# Zoë in two forms, with default_process: 67
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check rapidfuzz==3.14.6 thefuzz==0.22.1
cat > "$folder/look.py" <<'PYTHON'
from rapidfuzz import fuzz
from rapidfuzz.utils import default_process
from thefuzz import process

SITA, SUTA = "\u0938\u0940\u0924\u093e", "\u0938\u0941\u0924\u093e"

print(f"Sita and Suta as they are: {fuzz.ratio(SITA, SUTA):.0f}")
print(f"with default_process: {fuzz.ratio(SITA, SUTA, processor=default_process):.0f}")
_, score = process.extractOne(SITA, [SUTA, "Jane Doe"])
print(f"the best match in a roster without Sita, by thefuzz: {score}")
two_forms = fuzz.ratio("Zoe\u0308", "Zo\u00eb", processor=default_process)
print(f"Zoë in two forms, with default_process: {two_forms:.0f}")
PYTHON
"$folder/venv/bin/python" "$folder/look.py" | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
Sita and Suta as they are: 75
with default_process: 100
the best match in a roster without Sita, by thefuzz: 100
Zoë in two forms, with default_process: 67
SEEN
echo "as described"
