"""What is asked of each version of Landlock; what the kernel then refuses is tried by the attacks."""

import ctypes
import os

import pytest

from autograder.sandbox import kernel, landlock


@pytest.fixture
def asked(monkeypatch):
    """The calls that would have been made, with their structures as tuples of numbers."""
    calls = []

    def syscall(name, *arguments):
        values = []
        for argument in arguments:
            structure = getattr(argument, "_obj", None)
            fields = getattr(structure, "_fields_", ())
            values.append(tuple(getattr(structure, field) for field, _ in fields) if fields else argument)
        calls.append((name, *values))
        return os.open(os.devnull, os.O_RDONLY)

    monkeypatch.setattr(kernel, "syscall", syscall)
    monkeypatch.setattr(kernel, "prepared", lambda *of_it: lambda: syscall(*of_it))
    return calls


@pytest.mark.parametrize(
    ("version", "rights", "net", "scopes", "size"),
    [
        (1, 13, 0, 0, 8),
        (2, 14, 0, 0, 8),
        (3, 15, 0, 0, 8),
        (4, 15, 3, 0, 16),
        (5, 16, 3, 0, 16),
        (6, 16, 3, 3, 24),
        (9, 16, 3, 3, 24),
    ],
)
def test_each_version_is_asked_for_all_it_knows(asked, monkeypatch, version, rights, net, scopes, size):
    monkeypatch.setattr(landlock, "version", lambda: version)
    landlock.restrict(readable=(), listed=(), writable=(), devices=())
    handled = (1 << rights) - 1
    assert asked[0] == ("landlock_create_ruleset", (handled, net, scopes), size, 0)
    assert asked[-1][0] == "landlock_restrict_self"


@pytest.mark.parametrize("version", [1, 3, 7])
def test_no_rule_grants_what_the_version_does_not_know_or_a_file_cannot_have(
    asked, monkeypatch, tmp_path, version
):
    monkeypatch.setattr(landlock, "version", lambda: version)
    file = tmp_path / "file"
    file.touch()
    both = (str(tmp_path), str(file))
    landlock.restrict(readable=both, listed=both[:1], writable=both, devices=both[1:])
    known = (1 << landlock.FILE_RIGHTS[min(version, 5)]) - 1
    rules = [call[3][0] for call in asked if call[0] == "landlock_add_rule"]
    of_directory, of_file, listed, written, written_file, device = rules
    assert all(allowed & ~known == 0 for allowed in rules)
    assert all(allowed & ~landlock.OF_FILES == 0 for allowed in (of_file, written_file, device))
    assert of_directory == landlock.READ_FILE | landlock.READ_DIR | landlock.EXECUTE
    assert listed == landlock.READ_DIR
    assert not written & landlock.EXECUTE
    assert device == landlock.READ_FILE | landlock.WRITE_FILE


def test_the_rule_has_the_layout_of_the_kernel():
    assert ctypes.sizeof(landlock._PathBeneath) == 12


def test_a_system_that_is_not_linux_has_no_landlock(monkeypatch):
    monkeypatch.setattr(kernel, "supported", lambda: False)
    assert landlock.version.__wrapped__() == 0


def test_what_was_opened_before_is_granted_as_if_it_were_named(asked, monkeypatch, tmp_path):
    monkeypatch.setattr(landlock, "version", lambda: 5)
    file = tmp_path / "file"
    file.touch()
    named = {"readable": [str(tmp_path), str(file)], "listed": [str(tmp_path)]}
    landlock.restrict(**named, writable=(), devices=())
    by_name = [call[3][0] for call in asked if call[0] == "landlock_add_rule"]
    asked.clear()
    opened = landlock.opened(**named)
    try:
        landlock.restrict(opened=opened, writable=(), devices=())
        rules = [call[3] for call in asked if call[0] == "landlock_add_rule"]
        assert [rights for rights, _ in rules] == by_name
        assert [os.stat(fd).st_ino for _, fd in rules] == [
            path.stat().st_ino for path in (tmp_path, file, tmp_path)
        ]
        assert min(fd for _, fd in rules) >= landlock.FIRST_OPENED
    finally:
        for each in opened:
            os.close(each.file)


def test_paths_are_opened_all_or_none(tmp_path):
    before = os.listdir("/proc/self/fd")
    with pytest.raises(FileNotFoundError):
        landlock.opened(readable=[str(tmp_path), str(tmp_path / "missing")], listed=())
    assert os.listdir("/proc/self/fd") == before
