#!/usr/bin/env bash
# jax 0.10.2 beside flax 0.12.8 and dm-haiku 0.0.17, numpy 2.4.6, Python 3.11.
#
# In `jax.example_libraries.stax`, `Dropout(rate)` keeps each unit with probability `rate`. In Flax and Haiku, and
# in Keras, whose parameter has the same name, `rate` is the share that is dropped. "rate=0.1", which elsewhere is a
# light touch, silences nine units of ten here, and divides what is left by 0.1. Its docstring says "a dropout
# layer with given rate"; nothing fails, the network learns badly.
#
# Seen: how many of 1000 units survive a rate of 0.1
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    jax==0.10.2 flax==0.12.8 dm-haiku==0.0.17 numpy==2.4.6
cat > "$folder/look.py" <<'PYTHON'
import haiku
import jax
import jax.numpy as jnp
from flax import nnx
from jax.example_libraries import stax

ones, key = jnp.ones(1000), jax.random.key(0)
outs = {
    "stax.Dropout(0.1)": stax.Dropout(0.1)[1]((), ones, rng=key),
    "haiku.dropout(key, 0.1, x)": haiku.dropout(key, 0.1, ones),
    "nnx.Dropout(0.1)": nnx.Dropout(0.1, rngs=nnx.Rngs(0))(ones),
}
for name, out in outs.items():
    kept = int((out != 0).sum())
    print(f"{name}: about {round(kept, -2)} of 1000 kept, each times {float(out.max()):.2f}")
PYTHON
"$folder/venv/bin/python" "$folder/look.py" 2>/dev/null | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
stax.Dropout(0.1): about 100 of 1000 kept, each times 10.00
haiku.dropout(key, 0.1, x): about 900 of 1000 kept, each times 1.11
nnx.Dropout(0.1): about 900 of 1000 kept, each times 1.11
SEEN
echo "as described"
