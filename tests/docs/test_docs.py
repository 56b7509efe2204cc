"""The documentation builds, is complete, and every command in it is one that runs."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from bot.demo.sample import SampleDatabase
from bot.domain import Code, Dialect
from bot.semantic import load, schema_prompt
from bot.settings import Settings

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]


def fenced(page: Path, language: str) -> Iterator[str]:
    """The text of each block of a language on a page."""
    yield from re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE)


def commands() -> list[tuple[str, str]]:
    """Every command of every page: the page's name and the line, continuations joined."""
    return [
        (page.name, line.split("  #")[0].strip())
        for page in PAGES
        for block in fenced(page, "sh")
        for line in block.replace("\\\n", " ").splitlines()
        if line.strip() and not line.startswith("#")
    ]


def build(folder: Path) -> None:
    """The site in `folder`; a warning is an error."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr


def test_the_site_builds_without_a_warning_and_fetches_nothing(tmp_path: Path) -> None:
    """Every page is in the menu, every link leads somewhere, and a reader needs no internet."""
    build(tmp_path)
    loaded = re.compile(r"""<(?:link|script|img)[^>]+(?:href|src)="(https?:[^"]+)""")
    outside = {
        address for page in tmp_path.rglob("*.html") for address in loaded.findall(page.read_text())
    }
    assert outside == set()


def test_each_way_to_fail_is_explained() -> None:
    """A code in a log or a metric is found in the documentation, and no other is."""
    named = re.findall(r"^\| `(\w+)` \|", (DOCS / "failures.md").read_text(), re.MULTILINE)
    assert sorted(named) == sorted(code.value for code in Code)


def test_each_setting_is_on_the_page_that_is_built(tmp_path: Path) -> None:
    """The page is made from `.env.example`, which is held against the code elsewhere."""
    build(tmp_path)
    page = (tmp_path / "settings" / "index.html").read_text()
    missing = [name for name in Settings.model_fields if name.upper() not in page]
    assert missing == []


def test_the_example_of_a_semantic_model_is_one(tmp_path: Path) -> None:
    """What the guide shows loads as it stands, and gives a prompt."""
    [example] = fenced(DOCS / "semantic-model.md", "yaml")
    path = tmp_path / "model.yml"
    path.write_text(example)
    model = load(path)
    assert {"seasons", "clubs"} == set(model.tables)
    assert "clubs" in schema_prompt(model, Dialect.POSTGRES)


def test_each_make_target_exists() -> None:
    """`make X` in the documentation is in the Makefile."""
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {line.split()[1] for _page, line in commands() if line.startswith("make ")}
    assert named
    assert named <= targets


BOT = [(page, line) for page, line in commands() if "game-stats-bot " in line]


@pytest.mark.parametrize(("page", "line"), BOT, ids=[f"{page}: {line}" for page, line in BOT])
async def test_each_command_of_the_bot_runs(
    page: str,
    line: str,
    tournament: SampleDatabase,
    redis_url: str,
    fresh_database: Callable[[], Awaitable[str]],
    tmp_path: Path,
) -> None:
    """A command that a page shows ends well, on real servers, as it stands there."""
    tool = tmp_path / "bin" / "game-stats-bot"
    tool.parent.mkdir()
    tool.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m bot.cli "$@"\n')
    tool.chmod(0o755)
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PATH": f"{tool.parent}:{os.environ['PATH']}",
        "DATABASE_URL": tournament.reader_url,
        "BOT_DATABASE_URL": await fresh_database(),
        "REDIS_URL": redis_url,
        "OLLAMA_BASE_URL": "http://127.0.0.1:9",
    }
    process = await asyncio.create_subprocess_shell(
        line.replace(".venv/bin/game-stats-bot", "game-stats-bot"),
        env=environment,
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()


def test_what_no_test_here_can_run_is_known() -> None:
    """A line of a page is run above, or it needs what no test has, and is one of these programs."""
    unknown = [
        (page, line)
        for page, line in commands()
        if not line.startswith("make ")
        and "game-stats-bot " not in line
        # An environment that the test above gives, and programs that talk to an engine, a cluster
        # or an owner's database; the files that they name are held against the tree.
        and not re.match(r"set -a|docker |kubectl |ollama |psql |deploy/|python3 -m venv", line)
    ]
    assert unknown == []


def test_files_that_commands_name_exist() -> None:
    """A path of this repository in a command is there."""
    named = {
        word
        for _page, line in commands()
        for word in re.findall(r"(?<![\w/.-])(?:deploy|tests|bot|locks)/[\w./-]+", line)
    }
    named -= {"deploy/.env"}  # an operator's copy of example.env
    missing = [word for word in sorted(named) if not (ROOT / word).exists()]
    assert missing == []
