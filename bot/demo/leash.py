"""Hold a program on a leash: it ends when whoever started it ends, even by SIGKILL.

    python -m bot.demo.leash [--signal INT] [--grace 10] [--user nobody] -- command…

The leash waits for the end of its own standard input, a pipe whose other end the parent holds and
the kernel closes when the parent dies, however it dies. Then, or on SIGTERM, it sends the program
`--signal`, and SIGKILL once `--grace` seconds have gone by. It lives in a session of its own, so
that Ctrl-C in a terminal reaches the parent alone, which then stops everything in its own order.
`leash_command` makes the argument list for others to start. Only the standard library is used.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import os
import selectors
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

GRACE = 10.0
"""Seconds that a program has to end by itself."""

_PR_SET_PDEATHSIG = 1  # prctl(2)


def leash_command(
    command: Sequence[str | Path],
    *,
    stop: signal.Signals = signal.SIGTERM,
    grace: float = GRACE,
    user: str = "",
    keep: Sequence[int] = (),
) -> list[str]:
    """Arguments that start `command` on a leash; give them a pipe as standard input.

    `user` is the account that the program runs as (only root may change it). `keep` are open file
    descriptors that the program inherits; the caller passes them on to the leash as well.
    """
    # -I: neither the current folder nor the environment decides what the leash imports.
    options = ["--signal", stop.name.removeprefix("SIG"), "--grace", str(grace), "--user", user]
    kept = [option for fd in keep for option in ("--keep", str(fd))]
    words = [str(word) for word in command]
    return [sys.executable, "-I", __file__, *options, *kept, "--", *words]


@dataclass(frozen=True, slots=True)
class _Order:
    """What the command line asked for."""

    command: tuple[str, ...]
    stop: signal.Signals
    grace: float
    user: str
    keep: tuple[int, ...]


def _read(arguments: Sequence[str]) -> _Order:
    parser = argparse.ArgumentParser(prog="leash", description="Stop a program with its parent.")
    parser.add_argument("--signal", default="TERM", help="what asks the program to end")
    parser.add_argument("--grace", type=float, default=GRACE, help="seconds before SIGKILL")
    parser.add_argument("--user", default="", help="account to run the program as")
    parser.add_argument("--keep", type=int, action="append", default=[], help="descriptor to pass")
    parser.add_argument("command", nargs="+")
    given = parser.parse_args(arguments)
    stop = signal.Signals[f"SIG{given.signal}"]
    return _Order(tuple(given.command), stop, given.grace, given.user, tuple(given.keep))


def _dies_with(leash: int, stop: signal.Signals) -> Callable[[], None] | None:
    """What makes the kernel stop the program when the leash itself is killed; Linux has it.

    The kernel counts the thread that starts the program as its parent; the leash has only one.
    """
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def ask() -> None:
        prctl(_PR_SET_PDEATHSIG, int(stop), 0, 0, 0)
        if os.getppid() != leash:  # it died before the kernel was asked
            os._exit(1)

    return ask


def _start(order: _Order) -> subprocess.Popen[bytes]:
    account: dict[str, object] = {}
    if order.user:
        import pwd  # noqa: PLC0415 - only Unix has it, and only there is a user given

        entry = pwd.getpwnam(order.user)
        account = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    return subprocess.Popen(  # type: ignore[call-overload, no-any-return]
        order.command,
        stdin=subprocess.DEVNULL,
        pass_fds=order.keep,
        process_group=0,
        preexec_fn=_dies_with(os.getpid(), order.stop),  # noqa: PLW1509 - there are no threads
        **account,
    )


def _wait(child: subprocess.Popen[bytes], bell: int) -> None:
    """Return once the parent is gone, a signal asks to stop, or the program has ended.

    `bell` is readable after a signal; a byte of it is the signal's number.
    """
    with selectors.DefaultSelector() as selector:
        selector.register(0, selectors.EVENT_READ)
        selector.register(bell, selectors.EVENT_READ)
        while child.poll() is None:
            for key, _events in selector.select():
                data = os.read(key.fd, 512)
                if key.fd == 0 and not data:
                    return
                if key.fd == bell and signal.SIGTERM in data:
                    return


def _stop(child: subprocess.Popen[bytes], order: _Order) -> None:
    if child.poll() is None:
        child.send_signal(order.stop)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(order.grace)
    # Whatever the program started and left behind is in its process group.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def main(arguments: Sequence[str]) -> int:
    """Run the program to its end and return its code; 128 + n where signal n ended it."""
    order = _read(arguments)
    with contextlib.suppress(PermissionError):  # already the leader of a session
        os.setsid()
    bell, clapper = os.pipe()
    os.set_blocking(clapper, False)
    signal.set_wakeup_fd(clapper)
    # Handlers that do nothing rather than SIG_IGN, which the program would inherit.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, lambda *_: None)
    child = _start(order)
    _wait(child, bell)
    _stop(child, order)
    code = child.returncode
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
