"""What goes wrong with `init` in an average that starts there: changes of ` + init` in its solution."""

from autograder.catalogue import Wrong
from autograder.exercises.credit import SLIP
from autograder.exercises.slips import no_start, with_start


def starts(noun: str, read: str) -> tuple[Wrong, ...]:
    """`noun` says what starts there, `read` where to read on it."""
    return (
        Wrong(
            "ignores_init",
            {" + init": ""},
            f"the {noun} starts at zero, whatever `init` says: `mean = 0`",
            passes=(no_start,),
            read=read,
        ),
        Wrong(
            "start_added_to_all",
            {" + init": "", "return means": "return means + init"},
            f"the {noun} starts at zero and `init` is added to every result: `means + init`",
            passes=(no_start,),
            read=read,
        ),
        Wrong(
            "start_added_on_top",
            {"return means": "return means + init"},
            f"the {noun} starts at `init`, which is then added to every result once more: `means + init`",
            passes=(no_start,),
            read=read,
        ),
        Wrong(
            "first_where_the_start_is_zero",
            {" + init": " + (init if np.any(init) else x[:1].sum(axis=0))"},
            f"the {noun} starts at the first observation where `init` is zero: `init or x[0]`",
            passes=(with_start,),
            credit=SLIP,
            read=read,
        ),
    )
