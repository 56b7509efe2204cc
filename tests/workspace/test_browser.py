"""What `python -m tests.browser` does where there is no browser."""

from __future__ import annotations

import pytest

from tests import browser


def test_each_way_is_tried_in_turn(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Looks, then tries Debian's package, then Playwright's; then says what to install."""
    tried: list[str] = []
    monkeypatch.setattr(browser, "find", lambda: None)
    monkeypatch.setattr(browser, "_install_debians", lambda: tried.append("debian"))
    monkeypatch.setattr(browser, "_install_playwrights", lambda: tried.append("playwright"))
    assert browser.main() == 1
    assert tried == ["debian", "playwright"]
    assert "install the package chromium" in capsys.readouterr().out


def test_a_browser_that_is_there_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is installed where there is a browser."""
    monkeypatch.setattr(browser, "find", lambda: "/usr/bin/chromium")
    monkeypatch.setattr(browser, "_install_debians", pytest.fail)
    assert browser.main() == 0
