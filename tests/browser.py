"""Makes sure that there is a Chromium for the page tests: `python -m tests.browser`.

Looks on PATH, then where Playwright keeps its own; else installs Debian's package (as root), else
lets Playwright fetch one. `find` only looks. Exits non-zero, with one sentence, if nothing helps.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def find() -> str | None:
    """Return the path of a Chromium or Chrome, or None."""
    on_path = next((found for name in NAMES if (found := shutil.which(name))), None)
    return on_path or _playwrights()


def _playwrights() -> str | None:
    """Return the browser that Playwright installed, if it did."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def _quietly(*command: str) -> bool:
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def _install_debians() -> None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _say("Installing Chromium for the page tests …")
        _quietly("apt-get", "update")
        _quietly("apt-get", "install", "--yes", "--no-install-recommends", "chromium")


def _install_playwrights() -> None:
    _say("Fetching Chromium for the page tests …")
    _quietly(sys.executable, "-m", "playwright", "install", "chromium")


def main() -> int:
    """Find a browser or get one; return the exit code."""
    for install in (None, _install_debians, _install_playwrights):
        if install is not None:
            install()
        if find():
            return 0
    _say("The page tests need a browser: install the package chromium, then run make test again.")
    return 1


if __name__ == "__main__":
    sys.exit(main())
