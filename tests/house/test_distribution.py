"""Settings of a bot for many workspaces: what is missing or cannot be is said at the start."""

from __future__ import annotations

import pytest
import structlog
from cryptography.fernet import Fernet

from bot.app import ConfigError
from bot.distribution import PREFIX, check_tokens, read_distribution
from bot.settings import Settings
from bot.store import Installation, Installations, Keys
from tests.plugins.house import House

KEY = Fernet.generate_key().decode()
GOOD = {
    "slack_client_id": "1.2",
    "slack_client_secret": "s",
    "slack_signing_secret": "s",
    "token_key": KEY,
    "public_url": "https://bot.example.org",
}


def read(house: House, **changes: str) -> object:
    """What becomes of good settings with a change."""
    settings = Settings(_env_file=None, **(GOOD | changes))
    return read_distribution(settings, house.app.answering.store)


async def test_good_settings_are_a_distribution_and_none_are_one_workspace(house: House) -> None:
    """All four make one; without any of them everything stays as it is."""
    assert read(house) is not None
    settings = Settings(_env_file=None, slack_bot_token="xoxb-1", slack_signing_secret="s")
    assert read_distribution(settings, house.app.answering.store) is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"token_key": ""}, "TOKEN_KEY"),
        ({"slack_client_secret": ""}, "SLACK_CLIENT_SECRET"),
        ({"slack_signing_secret": ""}, "SLACK_SIGNING_SECRET"),
        ({"public_url": ""}, "PUBLIC_URL"),
        ({"slack_client_id": ""}, "SLACK_CLIENT_ID"),
        ({"token_key": "secret"}, "TOKEN_KEY is no key"),
        ({"slack_app_token": "xapp-1"}, "Socket Mode"),
        ({"slack_bot_token": "xoxb-1"}, "SLACK_BOT_TOKEN"),
        ({"public_url": "http://bot.example.org"}, "https"),
        ({"public_url": "https://bot.example.org/path"}, "without a path"),
        ({"public_url": "bot.example.org"}, "PUBLIC_URL"),
        ({"bot_admins": "U1"}, "TEAM:USER"),
    ],
)
async def test_what_cannot_be_is_said(house: House, changes: dict[str, str], words: str) -> None:
    """One line names the setting, and no secret is in it."""
    with pytest.raises(ConfigError, match=words) as caught:
        read(house, **changes)
    assert "secret" not in str(caught.value)


async def test_a_wrong_key_ends_the_start_and_one_lost_token_does_not(house: House) -> None:
    """None can be read: the key is wrong. One of two: that workspace is named."""
    store = house.app.answering.store

    def table(key: str) -> Installations:
        return Installations(store.database, store.redis, PREFIX, Keys(key))

    await check_tokens(table(KEY))
    other = Fernet.generate_key().decode()
    await table(KEY).put(Installation("T1", "Desk", "A", "U", "B", "xoxb-1", "U"))
    with pytest.raises(ConfigError, match="none of the 1"):
        await check_tokens(table(other))
    await table(other).put(Installation("T2", "Desk", "A", "U", "B", "xoxb-1", "U"))
    with structlog.testing.capture_logs() as lines:
        await check_tokens(table(other))
    assert [line["team"] for line in lines if line["event"] == "token_unreadable"] == ["T1"]
