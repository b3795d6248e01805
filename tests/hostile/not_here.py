"""Rows of the catalogue that are no case of the corpus, and why."""

NOT_HERE: dict[str, str] = {}
