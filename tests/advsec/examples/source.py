from advsec.averages import mean_update
from tests.advsec.examples import Example


BUILT_IN = {"function must be written in Python, got <built-in function len>": {"function": len}}

EXAMPLES = {
    "show": Example(lambda: {"function": mean_update}, raises=BUILT_IN),
    "source": Example(lambda: {"function": mean_update}, raises=BUILT_IN),
}
