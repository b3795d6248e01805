from tests.advsec.examples import Example


ALGORITHMS = "ewma, momentum, rmsprop, adam, batchnorm, dropout, cosine_restarts"
ADAM = {"lr": 0.1, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}

EXAMPLES = {
    "translate": Example(
        lambda: {
            "algorithm": "momentum",
            "hyper": {"lr": 0.1, "beta": 0.9},
            "source": "slides",
            "target": "torch",
        },
        raises={
            f"algorithm must be one of {ALGORITHMS}, got 'sgd'": {"algorithm": "sgd"},
            "source must be one of slides, torch, keras, optax, jax, mlx, tinygrad, sklearn, river, "
            "autograd, got 'caffe'": {"source": "caffe"},
            "hyper must be a dict of lr, beta, got {'lr': 0.1}": {"hyper": {"lr": 0.1}},
            "momentum must be such that beta is in [0, 1), got 1.0": {
                "hyper": {"lr": 0.1, "momentum": 1.0},
                "source": "torch",
            },
            "t_mul must be such that T_mult is an integer >= 1, got 1.5": {
                "algorithm": "cosine_restarts",
                "hyper": {
                    "initial_learning_rate": 0.1,
                    "first_decay_steps": 5,
                    "t_mul": 1.5,
                    "alpha": 0.0,
                },
                "source": "keras",
            },
            "target must be one of slides, optax, which can take the same steps as slides, got 'torch'": {
                "algorithm": "adam",
                "hyper": ADAM,
            },
        },
    ),
    "explain": Example(
        lambda: {"algorithm": "adam", "convention": "keras"},
        raises={
            "convention must be one of slides, slides-literal, paper, torch, keras, optax, flax, haiku, "
            "equinox, jax, mlx, tinygrad, sklearn, onnx, autograd, river, pandas, polars, scipy, got "
            "'caffe'": {"convention": "caffe"},
            "algorithm must be one of ewma, momentum, rmsprop, adam, amsgrad, got 'dropout'": {
                "algorithm": "dropout",
                "convention": "optax",
            },
        },
    ),
    "shared_by": Example(
        lambda: {"algorithm": "adam", "debias_second": "after_eps"},
        raises={
            "algorithm must be one of ewma, momentum, rmsprop, adam, amsgrad, dropout, batchnorm, running, "
            "got 'sgd'": {"algorithm": "sgd"}
        },
    ),
}
