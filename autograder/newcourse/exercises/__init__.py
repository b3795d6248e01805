"""The exercises of the course: from the name of each notebook to its package here."""

ASSIGNMENTS = {
    "01_softmax": "softmax",
}
