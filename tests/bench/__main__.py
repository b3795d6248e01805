"""Run the benchmarks: all of them, or those named on the command line."""

import importlib
import sys


BENCHMARKS = ("grading", "cluster", "isolation", "numerics", "weights")


def main() -> None:
    for name in sys.argv[1:] or BENCHMARKS:
        importlib.import_module(f"tests.bench.{name}").main()
        print()


main()
