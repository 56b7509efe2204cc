"""Back up folders and restore them: nothing that was good is ever lost."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.deploy.programs import wheel
from tests.deploy.scripts import BACKUP, fill, run

BUSY, USAGE = 75, 64


def contents(folder: Path) -> dict[str, str]:
    """What a folder holds, without our own lock."""
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".restore-lock"
    }


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """What Ollama keeps, in small."""
    folder = fill(tmp_path / "models", manifest="m1")
    (folder / "blobs").mkdir()
    fill(folder / "blobs", **{"sha256-1": "weights"})
    return folder


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """Where archives go."""
    return fill(tmp_path / "shelf")


def backed_up(models: Path, shelf: Path) -> Path:
    """The archive of a first backup."""
    done = run("backup-folder", models, shelf, "models")
    assert done.returncode == 0, done.stderr
    (archive,) = shelf.glob("models-*.tar")
    return archive


def test_shellcheck_finds_nothing() -> None:
    """Every script is clean by shellcheck, as POSIX sh."""
    scripts = [path for path in BACKUP.iterdir() if path.suffix in {"", ".sh"}]
    assert len(scripts) == 6
    done = subprocess.run(
        [wheel("shellcheck"), "--external-sources", "--source-path=SCRIPTDIR", *scripts],
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_a_folder_comes_back_as_it_was(models: Path, shelf: Path) -> None:
    """What was changed, added and deleted after a backup is undone by its restore."""
    before = contents(models)
    backed_up(models, shelf)
    fill(models, manifest="m2", other="new")
    (models / "blobs" / "sha256-1").unlink()
    done = run("restore-folder", shelf, models, "models")
    assert done.returncode == 0, done.stderr
    assert contents(models) == before
    assert {path.name for path in models.iterdir()} == {"manifest", "blobs", ".restore-lock"}


def test_a_folder_is_restored_into_an_empty_disk(models: Path, shelf: Path, tmp_path: Path) -> None:
    """After a disk has died, the archive is enough."""
    archive = backed_up(models, shelf)
    target = fill(tmp_path / "new disk")
    assert run("restore-folder", archive, target, "models").returncode == 0
    assert contents(target) == contents(models)


@pytest.mark.parametrize("harm", ["flip", "cut", "no checksum", "gone"])
def test_an_archive_that_is_not_what_was_made_is_refused(
    models: Path, shelf: Path, harm: str
) -> None:
    """A flipped byte, a cut end, a missing checksum or archive: the folder stays as it is."""
    archive = backed_up(models, shelf)
    data = bytearray(archive.read_bytes())
    if harm == "flip":
        data[600] ^= 1
        archive.write_bytes(data)
    elif harm == "cut":
        archive.write_bytes(data[:-100])
    elif harm == "no checksum":
        archive.with_name(f"{archive.name}.sha256").unlink()
    else:
        archive.unlink()
    fill(models, manifest="m2")
    before = contents(models)
    done = run("restore-folder", archive, models, "models")
    assert done.returncode == 1
    assert archive.name in done.stderr
    assert contents(models) == before


def test_a_restore_that_cannot_be_unpacked_leaves_the_old_content(
    models: Path, shelf: Path
) -> None:
    """An archive with a right checksum that breaks off in the middle changes nothing."""
    fill(models, manifest="weights" * 2000)
    archive = backed_up(models, shelf)
    archive.write_bytes(archive.read_bytes()[:5000])
    sums = subprocess.run(["sha256sum", archive.name], cwd=shelf, capture_output=True, check=True)
    archive.with_name(f"{archive.name}.sha256").write_bytes(sums.stdout)
    fill(models, manifest="m2")
    before = contents(models)
    done = run("restore-folder", archive, models, "models")
    assert done.returncode == 1
    assert "as it was" in done.stderr
    assert contents(models) == before
    assert not list(models.glob(".restore-[nom]*"))


def test_a_restore_killed_while_the_old_content_moves_out_is_undone(
    models: Path, shelf: Path
) -> None:
    """The next restore first puts the old content back, even if it is itself refused."""
    backed_up(models, shelf)
    before = contents(models)
    (models / ".restore-old").mkdir()
    (models / "manifest").rename(models / ".restore-old" / "manifest")
    fill(models / ".restore-new", manifest="half")
    refused = run("backup-folder", models, shelf, "models")
    assert refused.returncode == 1
    assert "not finished" in refused.stderr
    assert run("restore-folder", shelf / "no such archive", models, "models").returncode == 1
    (models / ".restore-new" / "manifest").unlink()
    (models / ".restore-new").rmdir()
    assert contents(models) == before


def test_a_restore_killed_while_the_new_content_moves_in_is_completed(
    models: Path, shelf: Path
) -> None:
    """Once the new content was whole, the next restore goes on with it."""
    backed_up(models, shelf)
    fill(models / ".restore-moved", manifest="old")
    fill(models / ".restore-new", late="new")
    assert run("restore-folder", shelf / "no such archive", models, "models").returncode == 1
    assert contents(models)["late"] == "new"
    assert not (models / ".restore-moved").exists()


def test_only_the_newest_are_kept_and_others_files_are_left_alone(
    models: Path, shelf: Path
) -> None:
    """Retention counts archives of that name alone, and removes their checksums with them."""
    for day in range(1, 6):
        fill(shelf, **{f"models-2026010{day}T000000Z.tar": "", f"other-{day}.tar": ""})
        fill(shelf, **{f"models-2026010{day}T000000Z.tar.sha256": ""})
    done = run("backup-folder", models, shelf, "models", environment={"KEEP": "3"})
    assert done.returncode == 0, done.stderr
    kept = sorted(path.name for path in shelf.glob("models-*.tar"))
    assert kept[:2] == ["models-20260104T000000Z.tar", "models-20260105T000000Z.tar"]
    assert len(kept) == 3
    assert len(list(shelf.glob("models-*.sha256"))) == 3
    assert len(list(shelf.glob("other-*.tar"))) == 5


def test_an_empty_folder_pushes_no_good_backup_out(models: Path, shelf: Path) -> None:
    """A disk that is not mounted looks empty: nothing is made, nothing removed."""
    archive = backed_up(models, shelf)
    empty = fill(models.parent / "not mounted")
    done = run("backup-folder", empty, shelf, "models", environment={"KEEP": "1"})
    assert done.returncode == 1
    assert list(shelf.glob("models-*.tar")) == [archive]


def test_a_full_disk_leaves_what_was_there(models: Path, shelf: Path) -> None:
    """A backup that does not fit leaves the older one alone, such a restore the data."""
    fill(models, large="x" * 100_000)
    archive = backed_up(models, shelf)
    before, on_shelf = contents(models), sorted(shelf.iterdir())
    done = run("backup-folder", models, shelf, "models", environment={"KEEP": "1"}, blocks=64)
    assert done.returncode == 1
    assert "full" in done.stderr
    assert sorted(shelf.iterdir()) == on_shelf
    done = run("restore-folder", archive, models, "models", blocks=64)
    assert done.returncode == 1
    assert contents(models) == before


def test_two_at_once_are_told_apart_and_a_killed_one_leaves_nothing_half(
    models: Path, shelf: Path, tmp_path: Path
) -> None:
    """While one runs, another is refused; killed, its lock is free and its part is cleared."""
    slow = fill(tmp_path / "slow", tar='#!/bin/sh\ntouch "$0.runs" "$SLOW.part"\nexec sleep 60\n')
    (slow / "tar").chmod(0o755)
    waiting = subprocess.Popen(
        [BACKUP / "backup-folder", models, shelf, "models"],
        env={
            **os.environ,
            "PATH": f"{slow}:{os.environ['PATH']}",
            "SLOW": str(shelf / "models-20260101T000000Z.tar"),
        },
        start_new_session=True,
    )
    try:
        while not (slow / "tar.runs").exists():
            assert waiting.poll() is None
            time.sleep(0.01)
        second = run("backup-folder", models, shelf, "models")
        assert second.returncode == BUSY
        assert "Another" in second.stderr
    finally:
        os.killpg(waiting.pid, signal.SIGKILL)
        waiting.wait()
    assert list(shelf.glob("*.part"))
    backed_up(models, shelf)
    assert not list(shelf.glob("*.part"))


def test_wrong_use_says_how(models: Path) -> None:
    """Without its arguments a script says which it takes."""
    for script in ("backup-folder", "restore-folder", "backup-database", "restore-database"):
        done = run(script)
        assert done.returncode == USAGE
        assert f"usage: {script}" in done.stderr
