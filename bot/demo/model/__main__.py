"""Serve a GGUF model with the Ollama protocol, on loopback.

    python -m bot.demo.model --weights FILE --name qwen2.5-coder:0.5b --port 11434

Opens its port at once, writes one JSON line with its address, and loads the model afterwards.
Port 0 takes a free one. Ends on SIGINT or SIGTERM.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import socket
import sys
from pathlib import Path

import uvicorn

from bot.demo.model.adapter import adapter
from bot.demo.model.errors import WeightsError
from bot.demo.model.gguf import read_model_file
from bot.demo.model.host import Host


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m bot.demo.model", description=__doc__)
    parser.add_argument("--weights", type=Path, required=True, help="a GGUF file")
    parser.add_argument("--name", required=True, help="what the model is called, with its tag")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--threads", type=int, default=0, help="0: as many as processors, up to 8")
    parser.add_argument("--seed", type=int, default=None, help="for requests without a seed")
    given = parser.parse_args()
    try:
        file = read_model_file(given.weights)
    except WeightsError as error:
        sys.exit(str(error))
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", given.port))
        except OSError as error:
            sys.exit(f"Port {given.port} is taken: choose another with --port ({error.strerror}).")
        listener.listen()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        print(json.dumps({"address": address}), flush=True)
        host = Host(file, threads=given.threads or min(os.cpu_count() or 1, 8))
        config = uvicorn.Config(
            adapter(host, file, given.name, seed=given.seed),
            log_level="warning",
            timeout_graceful_shutdown=1,
        )
        # Ctrl-C is how a person ends it; uvicorn has shut down in order by then.
        with contextlib.suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
