"""`python -m bot.demo`, which `make demo` and `game-stats-bot demo` run."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from rich.console import Console

from bot.app import ConfigError, read_settings
from bot.demo.model.weights import LARGER, SMALL
from bot.demo.place import cache_folder
from bot.demo.run import DemoError, Options, run_demo
from bot.demo.sample import SampleError
from bot.demo.servers import ServersError


def main() -> None:
    """Read the command line and run until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="game-stats-bot demo", description="Try the bot here.")
    parser.add_argument("--port", type=int, default=8000, help="of the page")
    parser.add_argument("--gguf", type=Path, help="a model file to use instead of the small one")
    parser.add_argument("--model", choices=(SMALL, LARGER), default="", help="a model to fetch")
    parser.add_argument("--folder", type=Path, default=cache_folder(), help="where all is kept")
    given = parser.parse_args()
    options = Options(folder=given.folder, port=given.port, gguf=given.gguf, model=given.model)
    try:
        asyncio.run(run_demo(read_settings(), options, Console(stderr=True)))
    except (ConfigError, DemoError, SampleError, ServersError) as error:
        sys.exit(f"The demo cannot start: {error}")


if __name__ == "__main__":
    main()
