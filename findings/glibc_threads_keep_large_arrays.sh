#!/usr/bin/env bash
# numpy 2.4.6 on Python 3.11, with glibc 2.36.
#
# Large arrays are thought to be mapped each by itself and to go back to the system when they are freed. glibc
# does so only until the first of them is freed: then its threshold rises to that size (up to 32 MiB), and what
# is smaller comes from the heap of the thread that asks. One small block above keeps all of it: memory of which
# nothing is in use any more stays resident, once for every thread, and neither tracemalloc nor gc sees it. A
# threshold that is set (MALLOC_MMAP_THRESHOLD_, or mallopt) does not move.
#
# Seen, of 6 threads that each freed 23 MB and kept 160 kB:
# by itself: more than 100 MiB stay
# threshold set: less than 10 MiB stay
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6
cat > "$folder/look.py" <<'PYTHON'
import threading

import numpy as np


def resident() -> int:
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("RssAnon")) >> 10


def work() -> None:
    together.wait()
    np.ones(1_000_000)  # is mapped by itself, and freed
    large = [np.ones(960_000) for _ in range(3)]
    kept.append(np.ones(20_000))
    del large
    together.wait()


kept, together = [], threading.Barrier(6)
threads = [threading.Thread(target=work) for _ in range(6)]
before = resident()
for each in threads:
    each.start()
for each in threads:
    each.join()
stay = resident() - before
print("more than 100 MiB stay" if stay > 100 else "less than 10 MiB stay" if stay < 10 else f"{stay} MiB stay")
PYTHON
{
    echo "by itself: $("$folder/venv/bin/python" "$folder/look.py")"
    echo "threshold set: $(MALLOC_MMAP_THRESHOLD_=1048576 "$folder/venv/bin/python" "$folder/look.py")"
} | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
by itself: more than 100 MiB stay
threshold set: less than 10 MiB stay
SEEN
echo "as described"
