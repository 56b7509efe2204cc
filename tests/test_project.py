"""What the project says of itself is true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.settings import Settings

ROOT = Path(__file__).parents[1]


def test_env_example_names_every_setting_and_no_other() -> None:
    """An operator finds each variable there, with its default."""
    lines = (ROOT / ".env.example").read_text().splitlines()
    found = dict(line.split("=", 1) for line in lines if re.match(r"[A-Z_]+=", line))
    assert set(found) == {name.upper() for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        value = found[name.upper()].partition("#")[0].strip()
        if value:
            assert (
                value == f"{field.default:g}"
                if isinstance(field.default, float)
                else (value == str(field.default))
            ), name


def test_a_copy_of_the_example_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who copies it and fills in little has the defaults: what is empty is not set."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    assert Settings(_env_file=ROOT / ".env.example") == Settings(_env_file=None)


def test_lock_files_pin_with_hashes_and_name_no_index() -> None:
    """Every package has a version and a hash; where it comes from is the reader's business."""
    for path in sorted((ROOT / "locks").glob("*.txt")):
        text = path.read_text()
        packages = [line for line in text.splitlines() if re.match(r"[a-zA-Z0-9]", line)]
        assert packages, path
        assert all("==" in package for package in packages), path
        assert text.count("--hash=sha256:") >= len(packages), path
        assert not re.search(r"https?://|--index|--find-links|--trusted", text), path


def test_no_module_but_settings_reads_the_environment() -> None:
    """Settings come in as arguments; the demo's cache folder is the one exception."""
    readers = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "bot").rglob("*.py"))
        if re.search(r"os\.(environ\.get|environ\[|getenv)", path.read_text())
    ]
    assert readers == ["bot/demo/place.py"]


def test_files_stay_small() -> None:
    """About 300 lines is the most that a reader holds in mind."""
    long = {
        str(path.relative_to(ROOT)): lines
        for path in sorted((ROOT / "bot").rglob("*.py"))
        if (lines := len(path.read_text().splitlines())) > 340
    }
    assert long == {}
