"""The filter: interpreted here for both machines, asked inside for this one."""

import errno
import platform

import pytest

from autograder.sandbox import seccomp
from autograder.sandbox.kernel import MACHINES, number
from autograder.sandbox.wall import NEW_NAMESPACES, REFUSED, REFUSED_ARGUMENTS, SCHEDULING

from .behind import behind, needs_full


HARMLESS = (0, 0, 0, 0)
# What an argument has to be for a call to pass, and some values that must not.
PASSING = {
    "clone": (
        HARMLESS,
        [(flag, 0) for flag in (0x20000, 0x10000000, 0x40000000, NEW_NAMESPACES, 0x10000011)],
    ),
    "fcntl": (
        (3, 6),  # F_SETLK
        [(3, 5), (3, 36), (3, 1024), (3, 1026), (3, (1 << 32) + 5)],
    ),
    "setpriority": ((0, 0, 19), [(1, 0, 19), (2, 0, 19), (0, 4711, 19), (2, 1000, 19)]),
    "ioprio_set": ((1, 0, 7), [(2, 0, 7), (3, 0, 7), (1, 4711, 7)]),
    **{f"sched_set{what}": ((0, 8), [(1, 8), (4711, 8)]) for what in SCHEDULING},
    "mmap": (
        (0, 4096, 3, 0x22),
        [(0, 4096, 3, flags) for flags in (0x21, 0x23, 0x8021, (1 << 32) + 0x21)],
    ),
    "ioctl": ((1, 0x5401), [(0, 0x5412), (0, 0x541C), (0, 0x5412 + (1 << 32))]),
    "personality": ((0xFFFFFFFF,), [(0,), (0x0040000,), (1,)]),
    "prlimit64": ((0,), [(1,), (4711,), (0xFFFFFFFF,)]),
    "socket": ((1,), [(2,), (10,), (16,), (17,), (40,), (0xFFFFFFFF,)]),
}

CALL_EACH = """
import errno, sys
from sandbox import kernel
from sandbox.wall import REFUSED
for code, names in REFUSED.items():
    for name in names.split():
        if kernel.number(name) is None:
            continue
        try:
            kernel.syscall(name, 0, 0, 0, 0, 0, 0)
            print(name, "worked")
        except OSError as error:
            if errno.errorcode[error.errno] != code:
                print(name, errno.errorcode[error.errno])
"""


def judge(program, machine, call, arguments=HARMLESS):
    """What the kernel would do with this call: a small interpreter of the instructions in use."""
    words = {0: call, 4: seccomp.AUDIT_MACHINE[machine]}
    for position, value in enumerate(arguments):
        words[16 + 8 * position] = value & 0xFFFFFFFF
        words[20 + 8 * position] = value >> 32
    accumulator, at = 0, 0
    while True:
        step = program[at]
        if step.code == seccomp.RETURN:
            return step.value
        if step.code == seccomp.LOAD:
            accumulator, jump = words[step.value], 0
        elif step.code == seccomp.AND:
            accumulator, jump = accumulator & step.value, 0
        else:
            test = {
                seccomp.JUMP_EQUAL: accumulator == step.value,
                seccomp.JUMP_GREATER_EQUAL: accumulator >= step.value,
                seccomp.JUMP_ANY_BIT: bool(accumulator & step.value),
            }[step.code]
            jump = step.if_true if test else step.if_false
        at += 1 + jump


def refusal(name):
    return seccomp.ERRNO | getattr(errno, name)


@pytest.fixture(params=MACHINES)
def machine(request):
    return request.param


@pytest.fixture
def program(machine):
    return seccomp.assemble(REFUSED, REFUSED_ARGUMENTS, machine)


def test_exactly_the_calls_of_the_table_are_refused(program, machine):
    expected = {
        number(name, machine): refusal(code) for code, names in REFUSED.items() for name in names.split()
    }
    by_argument = {number(rule.call, machine) for rule in REFUSED_ARGUMENTS}
    for call in set(range(600)) - by_argument:
        assert judge(program, machine, call) == expected.get(call, seccomp.ALLOW), call


@pytest.mark.parametrize("call", PASSING)
def test_arguments_decide(program, machine, call):
    passing, refused = PASSING[call]
    code = next(rule.errno for rule in REFUSED_ARGUMENTS if rule.call == call)
    assert judge(program, machine, number(call, machine), (*passing, 0, 0)) == seccomp.ALLOW
    for arguments in refused:
        assert judge(program, machine, number(call, machine), (*arguments, 0, 0)) == refusal(code)


def test_every_argument_rule_is_tried_above():
    assert {rule.call for rule in REFUSED_ARGUMENTS} == set(PASSING)


def test_calls_of_another_machine_end_the_process(program, machine):
    (other,) = set(MACHINES) - {machine}
    assert judge(program, other, 0) == seccomp.KILL


def test_calls_of_the_x32_numbering_end_the_process():
    program = seccomp.assemble(REFUSED, REFUSED_ARGUMENTS, "x86_64")
    assert judge(program, "x86_64", 0x40000000) == seccomp.KILL
    assert judge(program, "x86_64", 0x40000000 + 39) == seccomp.KILL


def test_the_filter_fits_into_the_kernel(program):
    assert len(program) <= 4096
    assert all(0 <= jump < 256 for step in program for jump in (step.if_true, step.if_false))


@needs_full
def test_every_refused_call_is_refused_inside():
    ended = behind(CALL_EACH, prelude="from sandbox import kernel, wall")
    assert (ended.status, ended.out, ended.err) == (0, "", "")


@needs_full
@pytest.mark.skipif(platform.machine() != "x86_64", reason="32-bit calls are a feature of x86-64")
def test_a_call_of_the_32_bit_numbering_is_the_last_one():
    code = """
import ctypes, mmap
private = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
page = mmap.mmap(-1, 4096, private, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
page.write(bytes.fromhex("b814000000 cd80 c3".replace(" ", "")))  # mov eax, 20 (getpid); int 0x80; ret
ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
print("survived")
"""
    ended = behind(code)
    assert (ended.status & 0x7F, ended.out) == (31, "")  # SIGSYS
