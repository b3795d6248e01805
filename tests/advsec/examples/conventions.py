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
            "source must be one of slides, torch, optax, keras, got 'caffe'": {"source": "caffe"},
            "hyper must be a dict of lr, beta, got {'lr': 0.1}": {"hyper": {"lr": 0.1}},
            "target must be one of slides, optax, which can take the same steps as slides, got 'torch'": {
                "algorithm": "adam",
                "hyper": ADAM,
            },
        },
    ),
    "explain": Example(
        lambda: {"algorithm": "adam", "convention": "keras"},
        raises={
            "convention must be one of slides, slides-literal, paper, torch, optax, keras, got 'caffe'": {
                "convention": "caffe"
            },
            "algorithm must be one of momentum, rmsprop, adam, amsgrad, got 'dropout'": {
                "algorithm": "dropout",
                "convention": "optax",
            },
        },
    ),
}
