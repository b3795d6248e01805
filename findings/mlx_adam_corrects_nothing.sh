#!/usr/bin/env bash
# mlx 0.32.4 (CPU) beside optax 0.2.8, jax 0.10.2, numpy 2.4.6, Python 3.11.
#
# `mlx.optimizers.Adam(lr)` does not correct its averages for their start at zero, which is what Adam adds to
# RMSprop with momentum; `bias_correction=True` is something to ask for. Names and numbers of its arguments are
# those of everybody else, so that a training loop is carried over as it stands, and its first steps are
# (1 - beta1) / sqrt(1 - beta2) = 3.16 times as long as in optax (and PyTorch, Keras, scikit-learn, tinygrad).
# AdamW inherits it.
#
# Seen: the first step of each, as a multiple of the learning rate
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    "mlx[cpu]==0.32.4" optax==0.2.8 jax==0.10.2 numpy==2.4.6
cat > "$folder/look.py" <<'PYTHON'
import jax.numpy as jnp
import mlx.core as mx
import mlx.optimizers
import optax

mx.set_default_device(mx.cpu)
RATE, GRADIENT = 0.01, 2.0


def first_step(optimizer):
    weights = optimizer.apply_gradients({"w": mx.array(GRADIENT)}, {"w": mx.array(0.0)})
    return -weights["w"].item() / RATE


adam = optax.adam(RATE)
step, _ = adam.update(jnp.array(GRADIENT), adam.init(jnp.array(0.0)))
print(f"optax.adam: {-float(step) / RATE:.2f}")
print(f"mlx Adam: {first_step(mlx.optimizers.Adam(RATE)):.2f}")
print(f"mlx AdamW: {first_step(mlx.optimizers.AdamW(RATE, weight_decay=0.0)):.2f}")
print(f"mlx Adam, bias_correction=True: {first_step(mlx.optimizers.Adam(RATE, bias_correction=True)):.2f}")
PYTHON
"$folder/venv/bin/python" "$folder/look.py" | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
optax.adam: 1.00
mlx Adam: 3.16
mlx AdamW: 3.16
mlx Adam, bias_correction=True: 1.00
SEEN
echo "as described"
