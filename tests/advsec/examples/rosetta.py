from tests.advsec.examples import Example


EXAMPLES = {
    "table": Example(
        lambda: {"topic": "dropout"},
        raises={
            "topic must be one of averages, optimizers, schedules, dropout, batchnorm, got 'losses'": {
                "topic": "losses"
            }
        },
    ),
}
