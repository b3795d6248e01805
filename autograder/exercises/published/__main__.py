"""`make blindness`: aim the catalogue at published checks, and print what passes and what is turned away."""

from autograder.exercises.published.pages import text


if __name__ == "__main__":
    print(text())
