"""The oracle sees what it is there to see: otherwise the corpus would prove nothing."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from autograder.exercise import hidden_generator
from tests.hostile.corpus import ASSIGNMENT, MARK, NAME
from tests.hostile.laboratory import HONEST, MIB, TOKEN, Laboratory, reference_lines


def test_memory_that_was_only_held_for_a_moment_is_seen(laboratory: Laboratory) -> None:
    with pytest.raises(AssertionError, match="the driver grew"), laboratory.unharmed(HONEST):
        len(b"x" * (128 * MIB))


def test_a_process_that_stays_is_seen(laboratory: Laboratory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.hostile.laboratory.SETTLE_SECONDS", 0.0)
    command = [sys.executable, "-c", "import time; time.sleep(1000)"]
    with pytest.raises(AssertionError, match="processes were left"), laboratory.unharmed(HONEST):
        process = subprocess.Popen(command)
    process.kill()
    process.wait()


def test_a_file_that_stays_is_seen(laboratory: Laboratory) -> None:
    left = Path("/tmp") / f"{MARK}-{laboratory.course.root.name}"
    with pytest.raises(AssertionError, match=MARK), laboratory.unharmed(HONEST):
        left.touch()
    left.unlink()


def test_an_open_file_that_stays_is_seen(laboratory: Laboratory) -> None:
    with pytest.raises(AssertionError, match="descriptors"), laboratory.unharmed(HONEST):
        file = open("/dev/null")  # noqa: SIM115 (that is the point)
    file.close()


def test_secrets_are_known_by_what_they_look_like(laboratory: Laboratory) -> None:
    result = laboratory.run(HONEST).result
    secrets = laboratory.secrets(HONEST, result)
    assert secrets["the driver's environment"] == (TOKEN,)
    assert len(reference_lines()) > 10
    exercise = ASSIGNMENT.exercises[0]
    probe = next(probe for probe in exercise.probes if probe.name == "a longer series")
    names = (NAME, HONEST.student, result.sha256, exercise.name, probe.name)
    (call,) = exercise.draw(probe, hidden_generator(laboratory.course.key(), *names))
    told = f"ValueError: {np.asarray(call.args[0]).tolist()}"
    assert any(text in told for text in secrets["hidden inputs"])
