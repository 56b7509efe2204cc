"""The Dockerfile: linted, and as careful as the manifests expect."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from matplotlib import font_manager

from bot.slack import picture
from bot.slack.render.chart import Chart, ChartKind, Series
from tests.deploy.programs import debian, wheel
from tests.deploy.replay import instructions

ROOT = Path(__file__).parents[2]


def test_hadolint_finds_nothing() -> None:
    """No rule of hadolint's is broken, and none is switched off."""
    done = subprocess.run(
        [wheel("hadolint"), "--no-color", ROOT / "Dockerfile"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (0, "")
    assert "hadolint ignore" not in (ROOT / "Dockerfile").read_text()


def test_the_image_is_labelled_with_the_licence_of_what_it_holds() -> None:
    """An image with pglast in it says GPL, whatever the source's licence is."""
    assert "pglast==" in (ROOT / "locks" / "runtime.txt").read_text()
    assert 'licenses="GPL-3.0-or-later"' in (ROOT / "Dockerfile").read_text()


def test_every_image_ends_as_the_user_that_the_manifests_name() -> None:
    """Both images run as 10001, as `runAsUser` says."""
    stages = (ROOT / "Dockerfile").read_text().split("\nFROM ")
    ends = [stage for stage in stages if "ENTRYPOINT" in stage]
    assert len(ends) == 2
    assert all("USER 10001" in stage for stage in ends)
    bot = (ROOT / "deploy" / "kubernetes" / "base" / "bot" / "bot.yaml").read_text()
    assert bot.count("runAsUser: 10001") == 2


def test_what_the_image_is_made_of_is_there_and_not_ignored() -> None:
    """Each COPY from the project finds its files, and each COPY from a stage a stage before it."""
    ignored = {name.strip("*/") for name in (ROOT / ".dockerignore").read_text().split()}
    stages: set[str] = set()
    copied = 0
    for word, rest in instructions():
        words = rest.split()
        if word == "FROM":
            stages.add(words[-1])
        elif word == "COPY" and words[0].startswith("--from="):
            assert words[0].removeprefix("--from=") in stages
        elif word == "COPY":
            for source in words[:-1]:
                assert (ROOT / source).exists(), source
                assert source.split("/")[0] not in ignored, source
                copied += 1
    assert copied > 3


def test_the_images_fonts_draw_names_of_other_scripts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With the files that the image takes from Debian, such a name is drawn and not its number."""
    [taking] = (rest for word, rest in instructions() if word == "RUN" and "/fonts" in rest)
    copying = taking[taking.index("mkdir") :]
    packages = debian("fonts-noto-core", "fonts-wqy-microhei")
    here = copying.replace("/usr/share", f"{packages}/usr/share").replace(
        " /fonts", f" {tmp_path}/f"
    )
    subprocess.run(["sh", "-ec", here], check=True)

    monkeypatch.setattr(font_manager.fontManager, "ttflist", [])
    for file in sorted((tmp_path / "f").iterdir()):
        font_manager.fontManager.addfont(file)
    taken = {font.name for font in font_manager.fontManager.ttflist}
    assert set(picture.FONTS) - taken == {"DejaVu Sans", "Noto Sans CJK JP"}
    for one, other in [("李娜", "東京"), ("서울", "부산"), ("النسور", "الصقور"), ("दिल्ली", "पुणे")]:
        assert drawn(one) != drawn(other)


def drawn(name: str) -> bytes:
    """A chart with this name in it."""
    series = (Series("Goals", (1.0, 2.0)),)
    return picture.draw(
        Chart(ChartKind.BAR, "Goals", "Team", "Goals", (name, "A"), series, ("1", "2"), opens=True)
    )
