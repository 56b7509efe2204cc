"""A program on a leash ends with its parent, however the parent ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import psutil
import pytest

from bot.demo.leash import leash_command

PATIENCE = 20.0  # seconds to wait for what comes at once on an idle machine

STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
# Short sleeps: a signal just before a long one would be noticed only after it.
SAYS_ITS_NUMBER = """import os, time
print(os.getpid(), flush=True)
for _ in range(6_000): time.sleep(0.1)"""


def until(done: Callable[[], bool]) -> bool:
    """Wait for something to come true; false if it does not."""
    deadline = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def gone(pid: int) -> bool:
    """Whether no such process runs; a dead one that nobody has collected counts as gone."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def start(code: str, **options: object) -> tuple[subprocess.Popen[bytes], int]:
    """Start Python code on a leash; gives the leash and the number that the code prints."""
    command = leash_command([sys.executable, "-c", code], **options)  # type: ignore[arg-type]
    leash = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert leash.stdout is not None
    return leash, int(leash.stdout.readline())


def finish(leash: subprocess.Popen[bytes]) -> int:
    """Wait for the leash and close its pipes."""
    code = leash.wait(PATIENCE)
    for pipe in (leash.stdin, leash.stdout):
        assert pipe is not None
        pipe.close()
    return code


@pytest.mark.parametrize("code", [0, 3])
def test_the_exit_code_is_the_programs(code: int) -> None:
    """The leash ends with its program and gives its code."""
    leash, _ = start(f"import sys; print(1, flush=True); sys.exit({code})")
    assert finish(leash) == code


def test_end_of_input_stops_the_program() -> None:
    """Closing the pipe sends SIGTERM; the code tells so."""
    leash, pid = start(SAYS_ITS_NUMBER)
    assert leash.stdin is not None
    leash.stdin.close()
    assert finish(leash) == 128 + signal.SIGTERM
    assert gone(pid)


def test_sigterm_stops_the_program_with_the_signal_asked_for() -> None:
    """SIGTERM to the leash reaches the program as the signal of its choice."""
    leash, pid = start(SAYS_ITS_NUMBER, stop=signal.SIGUSR1)
    leash.terminate()
    assert finish(leash) == 128 + signal.SIGUSR1
    assert gone(pid)


def test_sigint_is_left_to_the_parent() -> None:
    """Ctrl-C passes the leash by, and the program still takes SIGINT when it gets one."""
    leash, pid = start(SAYS_ITS_NUMBER, stop=signal.SIGINT)
    leash.send_signal(signal.SIGINT)
    leash.send_signal(signal.SIGINT)
    assert os.getpgid(pid) != os.getpgid(0)
    assert os.getsid(leash.pid) != os.getsid(0)
    assert not gone(pid)
    assert leash.stdin is not None
    leash.stdin.close()
    assert finish(leash) in {1, 128 + signal.SIGINT}
    assert gone(pid)


def test_a_stubborn_program_is_killed() -> None:
    """A program that ignores the signal is killed after the grace time."""
    leash, pid = start(STUBBORN + SAYS_ITS_NUMBER, grace=0.2)
    leash.terminate()
    assert finish(leash) == 128 + signal.SIGKILL
    assert gone(pid)


def test_grandchildren_go_too() -> None:
    """What the program started and left behind goes with it."""
    code = (
        "import subprocess, sys, time;"
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
        "print(p.pid, flush=True); time.sleep(600)"
    )
    leash, grandchild = start(code)
    leash.terminate()
    finish(leash)
    assert until(lambda: gone(grandchild))


def test_the_program_ends_when_the_parent_is_killed() -> None:
    """SIGKILL to the parent ends leash and program."""
    command = leash_command([sys.executable, "-c", SAYS_ITS_NUMBER])
    code = (
        "import subprocess, sys;"
        "leash = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE);"
        "print(leash.pid, flush=True); leash.wait()"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, *command], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    numbers = [int(parent.stdout.readline()) for _ in range(2)]
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert until(lambda: all(map(gone, numbers)))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of such a death")
def test_the_program_ends_when_the_leash_is_killed() -> None:
    """SIGKILL to the leash itself ends the program as well."""
    leash, pid = start(SAYS_ITS_NUMBER)
    leash.kill()
    finish(leash)
    assert until(lambda: gone(pid))
