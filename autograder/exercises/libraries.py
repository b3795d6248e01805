"""Who else has a convention, so that a message says what is true of the libraries that were run."""

from typing import Any

from advsec.conventions import shared_by


def libraries(algorithm: str, *others: str, **switches: Any) -> str:
    """The libraries with these switches, after `others`, as words: "PyTorch, Keras, optax and others".

    Raises ValueError where no library has them any more, since then the message has to be another one.
    """
    names = shared_by(algorithm, **switches)
    if not names:
        raise ValueError(f"{algorithm} has {switches} in no library")
    words = [*others, *(names if len(names) <= 3 else [*names[:3], "others"])]
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
