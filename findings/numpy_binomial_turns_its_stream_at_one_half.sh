#!/usr/bin/env bash
# numpy 2.4.6, Python 3.11.
#
# A mask of dropout drawn by `binomial(1, p)` and one drawn by `random() < p` seem to be two ways to write the
# same, and from the same seed they are: as long as p is above one half. At one half and below, numpy draws by
# inversion from the other end, and the same seed gives the mask of `random() > 1 - p`. So a test that compares
# with a fixed mask accepts one of the right answers and turns the other away, and which one depends on p. It
# is so with the generators of today and with `RandomState`.
#
# Seen: p = 0.2: random() > 1 - p
#       p = 0.5: random() > 1 - p
#       p = 0.6: random() < p
#       p = 0.8: random() < p
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6
cat > "$folder/look.py" <<'PYTHON'
import numpy as np

for p in (0.2, 0.5, 0.6, 0.8):
    same = set()
    for make in (np.random.default_rng, np.random.RandomState):
        masks, numbers = make(1).binomial(1, p, 10_000), make(1).random(10_000)
        ways = {"random() < p": numbers < p, "random() > 1 - p": numbers > 1 - p}
        same |= {way for way, mask in ways.items() if np.array_equal(masks, mask)}
    print(f"p = {p}: {', '.join(sorted(same))}")
PYTHON
"$folder/venv/bin/python" "$folder/look.py" | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
p = 0.2: random() > 1 - p
p = 0.5: random() > 1 - p
p = 0.6: random() < p
p = 0.8: random() < p
SEEN
echo "as described"
