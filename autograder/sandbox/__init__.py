"""The wall: everything that runs beside student code, and the driver's end of the wire.

This package is also loaded alone, by path, inside the sandbox. It imports nothing from outside itself:
neither `advsec` nor the exercises may ever be reachable from a process that runs student code.
"""
