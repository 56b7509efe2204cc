"""PostgreSQL and Valkey from wheels, on loopback, for the demo and the tests.

    with start_servers(folder) as servers:
        servers.postgres_url("tournament")   # postgresql://postgres:…@127.0.0.1:port/tournament
        servers.redis_url                    # redis://:…@127.0.0.1:port/0

Data, logs and the password stay in the folder; the servers end with the process that started
them, however it ends. Started by root they run as `nobody`, since PostgreSQL refuses root.
"""

from bot.demo.servers.errors import (
    AlreadyRunningError,
    NotInstalledError,
    ServersError,
    StartFailedError,
)
from bot.demo.servers.run import Servers, start_servers

__all__ = [
    "AlreadyRunningError",
    "NotInstalledError",
    "Servers",
    "ServersError",
    "StartFailedError",
    "start_servers",
]
