from tests.advsec.examples import Example


UNKNOWN = {"name must be one of advsec.widgets.NAMES, got 'mind'": {"name": "mind"}}

EXAMPLES = {
    "source": Example(lambda: {"name": "memory"}, raises=UNKNOWN),
    "widget": Example(
        lambda: {"name": "memory", "beta": 0.5},
        raises=UNKNOWN | {"start must be of beta, n, got 'gamma'": {"gamma": 0.5}},
    ),
}
