"""How a program ends that was asked to."""

import signal


class Terminated(SystemExit):
    """The program was asked to end by SIGTERM."""

    def __init__(self) -> None:
        super().__init__(128 + signal.SIGTERM)


# What ends the program, by the signal that it stands for.
STOPS: dict[type[BaseException], signal.Signals] = {
    KeyboardInterrupt: signal.SIGINT,
    Terminated: signal.SIGTERM,
}
