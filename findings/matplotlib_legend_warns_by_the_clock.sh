#!/usr/bin/env bash
# matplotlib 3.11.2, numpy 2.4.6 on Python 3.11.
#
# The warning that a legend in the best place "can be slow with large amounts of data" looks at no data. It
# is given whenever finding the place took more than a second by the clock on the wall, also for one line of
# two points: the same notebook has one output more on a machine whose cores others have. Whoever compares
# outputs, or makes errors of warnings, sees a failure that comes and goes with the load. With a place that
# is named there is none.
#
# Seen (the clock is made to go two seconds further at every look; two points are drawn, and the place is found twice):
# usual clock: 0 warnings; slow machine: 2 warnings; slow machine, loc="upper left": 0 warnings
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check matplotlib==3.11.2 numpy==2.4.6
cat > "$folder/look.py" <<'PYTHON'
import itertools
import time
import warnings

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt


def count(**options):
    figure, axes = plt.subplots()
    axes.plot([0, 1], label="two points")
    axes.legend(**options)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        figure.canvas.draw()
    return sum("can be slow" in str(each.message) for each in caught)


print("usual clock:", count(), "warnings")
looks = itertools.count(0, 2)
time.perf_counter = lambda: float(next(looks))
print("slow machine:", count(), "warnings")
print('slow machine, loc="upper left":', count(loc="upper left"), "warnings")
PYTHON
"$folder/venv/bin/python" "$folder/look.py" | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
usual clock: 0 warnings
slow machine: 2 warnings
slow machine, loc="upper left": 0 warnings
SEEN
echo "as described"
