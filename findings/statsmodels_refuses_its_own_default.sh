#!/usr/bin/env bash
# statsmodels 0.15.0 beside numpy 2.4.6, pandas 3.1.1, scipy 1.17.1, Python 3.11.
#
# `SimpleExpSmoothing(x)` and `Holt(x)`, as every tutorial has them, fail: their `initialization_method` is None
# unless told otherwise, which they hand on to `ExponentialSmoothing`, whose own default is "estimated" and which
# takes nothing but a string. A comment beside the None says "Future: 'estimated'". Who says
# `initialization_method="estimated"` gets what earlier versions gave; a program that relied on the default stops.
#
# Seen: both refuse None, which is their default; ExponentialSmoothing(x), with a default of its own, does not
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    statsmodels==0.15.0 numpy==2.4.6 pandas==3.1.1 scipy==1.17.1
cat > "$folder/look.py" <<'PYTHON'
import inspect

import numpy as np
from statsmodels.tsa.holtwinters import ExponentialSmoothing, Holt, SimpleExpSmoothing

x = np.array([1.0, 3.0, 2.0, 5.0, 4.0, 6.0])
for model in (SimpleExpSmoothing, Holt, ExponentialSmoothing):
    default = inspect.signature(model).parameters["initialization_method"].default
    try:
        model(x)
        outcome = "taken"
    except TypeError as error:
        outcome = f"TypeError: {error}"
    model(x, initialization_method="estimated")
    print(f"{model.__name__}(x), that is {default!r}: {outcome}")
PYTHON
"$folder/venv/bin/python" "$folder/look.py" | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
SimpleExpSmoothing(x), that is None: TypeError: initialization_method must be a string
Holt(x), that is None: TypeError: initialization_method must be a string
ExponentialSmoothing(x), that is 'estimated': taken
SEEN
echo "as described"
