"""The grader of the course. In a notebook: `from autograder import check, progress`."""

__all__ = ["CheckFailed", "check", "progress"]


def __getattr__(name: str) -> object:
    # The command line must answer before numpy is loaded, so the student's side is imported when asked for.
    if name in __all__:
        from autograder import standing, student

        return getattr(standing if name == "progress" else student, name)
    raise AttributeError(f"module 'autograder' has no attribute {name!r}")
