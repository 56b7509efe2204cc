"""A person at the demo: it is started on a folder, and its page is used in Chromium."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
from playwright.sync_api import Page, expect

from bot.demo.model.weights import fetch_weights
from bot.demo.place import cache_folder
from bot.demo.servers.process import free_port

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
ANSWER_MS = 180_000
"""A cold small model on one busy core; a deadline, not a measurement."""

STAGES = re.compile(
    "(Looking|Waiting for my turn|Waking up|Writing the|Checking the|Reading the|trying once).*…"
)


@dataclass(frozen=True)
class Demo:
    """A running demo."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path

    def family(self) -> list[psutil.Process]:
        """The demo and everything that it started."""
        top = psutil.Process(self.process.pid)
        return [top, *top.children(recursive=True)]


@contextlib.contextmanager
def demo(folder: Path, *, offline: bool = False) -> Iterator[Demo]:
    """Start the demo on a folder; the weights are fetched once for the user, or never."""
    models = folder / "models"
    if not offline and not models.exists():
        models.symlink_to(fetch_weights(cache_folder() / "models").parent)
    port = free_port()
    log = folder / "demo.log"
    command = [sys.executable, "-m", "bot.demo", "--port", str(port), "--folder", str(folder)]
    environment = {**os.environ, "OLLAMA_BASE_URL": "http://127.0.0.1:9"}
    if offline:
        environment["PIP_NO_INDEX"] = "1"
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=environment)
    started = Demo(process, f"http://127.0.0.1:{port}", log)
    try:
        yield started
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def answers(url: str) -> bool:
    """Whether something serves this address."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def wait_for(started: Demo) -> None:
    """Wait for the page."""
    deadline = time.monotonic() + 120
    while not answers(started.url):
        assert started.process.poll() is None, started.log.read_text()
        assert time.monotonic() < deadline, started.log.read_text()
        time.sleep(0.1)


def open_channel(page: Page, name: str) -> None:
    """Go to a channel."""
    page.get_by_role("navigation").get_by_text(name, exact=True).click()
    expect(page.get_by_label(f"Message #{name}")).to_be_visible()


def say(page: Page, channel: str, text: str) -> None:
    """Write into a channel."""
    box = page.get_by_label(f"Message #{channel}")
    box.fill(text)
    box.press("Escape")
    box.press("Enter")


def ask(page: Page, channel: str, question: str) -> str:
    """Ask in a channel; the reply's text once it is final."""
    say(page, channel, f"@Game Stats {question}")
    thread = page.locator("#replies")
    expect(thread.locator("article").first).to_contain_text(question)
    reply = thread.locator("article").nth(1)
    expect(reply).to_be_visible()
    expect(reply).not_to_contain_text(STAGES, timeout=ANSWER_MS)
    return reply.inner_text()


def bind(page: Page, channel: str, event: str) -> None:
    """Choose an event in the modal of /stats-channel."""
    say(page, channel, "/stats-channel")
    dialog = page.get_by_role("dialog")
    picker = dialog.get_by_role("combobox").first
    picker.fill(event[:4])
    dialog.get_by_role("option", name=event).first.click()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("Saved")).to_be_visible()
    dialog.get_by_role("button", name="Close").first.click()
