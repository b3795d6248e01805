#!/usr/bin/env bash
# matplotlib 3.11.2, numpy 2.4.6 on Python 3.11.
#
# A process that has drawn once, so that those it forks find everything ready, keeps no font ready for them.
# matplotlib empties its cache of fonts in every fork, since they share one library and the place in one open
# file: the first text that a fork draws opens and reads all fonts anew, and each fork first frees those of its
# parent, page by page of memory that it has to copy for that, also one that never draws. Whoever forks often
# may empty the cache before (`matplotlib.font_manager._get_font.cache_clear()`); to keep it is not possible.
#
# Seen (each time a figure of one text is drawn):
# first figure: 2 fonts opened; second figure: 0; first figure of a fork: 2; its second: 0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check matplotlib==3.11.2 numpy==2.4.6
cat > "$folder/look.py" <<'PYTHON'
import os
import sys

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt

opened = []
sys.addaudithook(lambda event, given: opened.append(given[0]) if event == "open" else None)


def look(what):
    opened.clear()
    figure = plt.figure()
    figure.text(0.5, 0.5, "a text")
    figure.canvas.draw()
    fonts = [each for each in opened if str(each).endswith((".ttf", ".otf"))]
    print(f"{what}: {len(fonts)} fonts opened", flush=True)


look("first figure")
look("second figure")
if not os.fork():
    look("first figure of a fork")
    look("its second")
    os._exit(0)
os.wait()
PYTHON
"$folder/venv/bin/python" "$folder/look.py" | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
first figure: 2 fonts opened
second figure: 0 fonts opened
first figure of a fork: 2 fonts opened
its second: 0 fonts opened
SEEN
echo "as described"
