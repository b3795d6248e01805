#!/usr/bin/env bash
# latex2mathml 3.81.0 on Python 3.11.
#
# `align` and `align*` become a table, and `aligned`, which stands inside of other formulas and is what most
# lecture notes use, does not: no table is made, and each separator is set as an identifier, a bare "&". The
# result is not well-formed XML, so that a page which is parsed as XML (XHTML, EPUB, an SVG's foreignObject)
# breaks, and one that is parsed as HTML shows the "&" in the formula. Nothing is raised or warned of.
#
# Seen: align* well-formed, 1 tables; aligned not well-formed, 0 tables
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check latex2mathml==3.81.0
cat > "$folder/look.py" <<'PYTHON'
from xml.etree import ElementTree

from latex2mathml.converter import convert

for name in ("align*", "aligned"):
    made = convert(rf"\begin{{{name}}} a &= b \\ c &= d \end{{{name}}}")
    try:
        ElementTree.fromstring(made)
        well_formed = "well-formed"
    except ElementTree.ParseError:
        well_formed = "not well-formed"
    print(f"{name} {well_formed}, {made.count('<mtable')} tables")
PYTHON
"$folder/venv/bin/python" "$folder/look.py" | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
align* well-formed, 1 tables
aligned not well-formed, 0 tables
SEEN
echo "as described"
