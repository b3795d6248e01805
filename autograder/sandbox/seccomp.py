"""The filter of system calls: a table of refusals, assembled into the kernel's packet-filter language."""

import ctypes
import errno
import struct
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from . import kernel
from .wall import ArgumentRule


# Instructions of classic BPF, as far as they are needed.
LOAD = 0x20  # accumulator = 32-bit word of the call's description at offset k
AND = 0x54
JUMP_EQUAL, JUMP_GREATER_EQUAL, JUMP_ANY_BIT = 0x15, 0x35, 0x45
RETURN = 0x06

# Offsets into the description of the call, struct seccomp_data; both machines are little-endian.
OFFSET_NUMBER, OFFSET_MACHINE, OFFSET_ARGUMENTS = 0, 4, 16

ALLOW = 0x7FFF0000
KILL = 0x80000000
ERRNO = 0x00050000

AUDIT_MACHINE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
X32_CALLS = 0x40000000

SET_MODE_FILTER = 1


class Instruction(NamedTuple):
    code: int
    value: int
    if_true: int = 0
    if_false: int = 0


def assemble(refused: Mapping[str, str], rules: Iterable[ArgumentRule], machine: str) -> list[Instruction]:
    """The filter for `machine`: `refused` maps an errno to the names of the calls that get it.

    A call of another machine's numbering ends the process: it would be judged by the wrong names.
    """
    program = [
        Instruction(LOAD, OFFSET_MACHINE),
        Instruction(JUMP_EQUAL, AUDIT_MACHINE[machine], if_true=1),
        Instruction(RETURN, KILL),
        Instruction(LOAD, OFFSET_NUMBER),
    ]
    if machine == "x86_64":
        program += [Instruction(JUMP_GREATER_EQUAL, X32_CALLS, if_false=1), Instruction(RETURN, KILL)]
    for code, names in refused.items():
        for name in names.split():
            if (number := kernel.number(name, machine)) is not None:
                program += [Instruction(JUMP_EQUAL, number, if_false=1), Instruction(RETURN, _errno(code))]
    for rule in rules:
        program += _judge_argument(rule, machine)
    return [*program, Instruction(RETURN, ALLOW)]


def install(program: list[Instruction]) -> None:
    """Put this thread and its children under `program` for good. Needs no-new-privs (or privilege)."""
    code = b"".join(struct.pack("<HBBI", i.code, i.if_true, i.if_false, i.value) for i in program)
    instructions = ctypes.create_string_buffer(code, len(code))
    header = ctypes.create_string_buffer(struct.pack("@HP", len(program), ctypes.addressof(instructions)))
    kernel.syscall("seccomp", SET_MODE_FILTER, 0, header)


def _judge_argument(rule: ArgumentRule, machine: str) -> list[Instruction]:
    """Refuse the call if its argument matches; otherwise reload the number for the next rule."""
    compare = {
        "==": [Instruction(JUMP_EQUAL, rule.value, if_false=1)],
        "!=": [Instruction(JUMP_EQUAL, rule.value, if_true=1)],
        "&": [Instruction(JUMP_ANY_BIT, rule.value, if_false=1)],
        "&=": [Instruction(AND, rule.value), Instruction(JUMP_EQUAL, rule.value, if_false=1)],
    }[rule.comparison]
    body = [
        Instruction(LOAD, OFFSET_ARGUMENTS + 8 * rule.argument),
        *compare,
        Instruction(RETURN, _errno(rule.errno)),
        Instruction(LOAD, OFFSET_NUMBER),
    ]
    number = kernel.number(rule.call, machine)
    assert number is not None, f"{rule.call} is unknown on {machine}"
    return [Instruction(JUMP_EQUAL, number, if_false=len(body)), *body]


def _errno(name: str) -> int:
    return ERRNO | getattr(errno, name)
