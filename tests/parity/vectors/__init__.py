"""Golden vectors: what other libraries compute, as JSON whose floats are C99 hexadecimal and therefore exact.

A file holds one parity test: the `inputs` that all its cases share, and per case the peer with its version,
the function and convention of ours that must agree, inputs of its own, tolerance and expected result.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np


FOLDER = Path(__file__).parent


def names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("P*.json"))


def load(name: str) -> dict[str, Any]:
    return decode(json.loads((FOLDER / f"{name}.json").read_text()))


def save(name: str, vector: dict[str, Any]) -> None:
    text = json.dumps(encode(vector), indent=1, ensure_ascii=False)
    (FOLDER / f"{name}.json").write_text(text + "\n")


def encode(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        flat = [encode(number) for number in value.ravel().tolist()]
        return {"shape": list(value.shape), "values": " ".join(str(number) for number in flat)}
    if isinstance(value, float):
        return value.hex()
    if isinstance(value, dict):
        return {key: encode(item) for key, item in value.items()}
    if isinstance(value, list):
        return [encode(item) for item in value]
    return value


def decode(value: Any) -> Any:
    if isinstance(value, dict) and value.keys() == {"shape", "values"}:
        return np.array(_numbers(value["values"].split())).reshape(value["shape"])
    if isinstance(value, dict):
        return {key: decode(item) for key, item in value.items()}
    if isinstance(value, list):
        return [decode(item) for item in value]
    if isinstance(value, str) and value.lstrip("-").startswith("0x"):
        return float.fromhex(value)
    return value


def _numbers(texts: Iterable[str]) -> list[float] | list[int]:
    return [float.fromhex(text) if "x" in text else int(text) for text in texts]
