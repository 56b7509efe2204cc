"""The environment, read once: every setting with its default and unit. No other file reads it.

`.env.example` lists the same names; a test compares the two. `bot.app` hands each room the few
values it needs.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    SettingsConfigDict,
)

HERE = Path(__file__).parent


class Settings(BaseSettings):
    """What an operator may set. Raises pydantic.ValidationError naming each bad variable."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    @field_validator("*", mode="before")
    @classmethod
    def _empty_is_not_set(cls, value: object, info: ValidationInfo) -> object:
        """`NAME=` leaves a setting at its default; only text may be empty."""
        name = info.field_name or ""
        return cls.model_fields[name].default if _is_unset(name, value) else value

    # Language models.
    ollama_base_url: str = "http://localhost:11434"
    ollama_model: str = Field(default="duckdb-nsql:7b", min_length=1)
    ollama_fallback_models: str = Field(
        default="", description="comma-separated, tried in order; NAME, or NAME@http://server:11434"
    )
    ollama_temperature: float = Field(default=0.2, ge=0, le=2)
    ollama_top_p: float = Field(default=0.9, gt=0, le=1)
    ollama_num_ctx: int = Field(default=4096, ge=512, description="tokens")
    ollama_num_predict: int = Field(default=512, ge=16, description="tokens")
    ollama_keep_alive: str = "24h"
    ollama_embed_model: str = Field(
        default="all-minilm",
        description="chooses tables of schemas that do not fit; empty: by words",
    )
    ollama_num_parallel: int = Field(default=1, ge=1, description="questions at once")
    ollama_timeout: float = Field(default=120, gt=0, description="seconds for one answer")
    model_repair: bool = Field(default=False, description="ask a second time after a hard error")

    # Databases.
    database_url: SecretStr | None = Field(default=None, description="the tournament's, read-only")
    bot_database_url: SecretStr | None = Field(default=None, description="the bot's own")
    redis_url: SecretStr | None = None
    semantic_model: Path = HERE / "semantic" / "game_stats.yml"
    query_timeout: float = Field(default=10, gt=0, description="seconds")
    query_max_cost: float = Field(default=2_000_000, gt=0, description="planner cost units")

    # What `game-stats-bot eval` judges on beside DATABASE_URL, whose events both hold too.
    eval_database_url: SecretStr | None = Field(
        default=None, description="the events with other results: a lucky answer is wrong there"
    )
    eval_alone_url: SecretStr | None = Field(
        default=None, description="one event alone; {event} is its slug with _ for -"
    )

    # Slack.
    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = Field(default=None, description="Socket Mode, if set")
    slack_signing_secret: SecretStr | None = Field(default=None, description="HTTP mode, if set")
    slack_api_url: str = "https://slack.com/api/"
    slack_reactions: bool = Field(default=True, description="eyes on questions that take a moment")
    slack_client_id: str = Field(
        default="", description="for many workspaces, with the next three; HTTP mode alone"
    )
    slack_client_secret: SecretStr | None = None
    token_key: SecretStr | None = Field(
        default=None, description="encrypts their tokens: `workspaces new-key`; the newest first"
    )
    public_url: str = Field(default="", description="where people and Slack reach this server")
    bot_admins: str = Field(default="", description="comma-separated user ids, beside Slack's own")

    # Limits.
    rate_limit: str = Field(
        default="20/hour", description="questions a person, in limits' notation"
    )
    cache_seconds: int = Field(
        default=3600, ge=0, description="seconds that a question's SQL is kept"
    )
    audit_days: int = Field(
        default=90, ge=1, le=36_500, description="days that questions and their SQL are kept"
    )
    queue_wait_seconds: float = Field(default=300, gt=0, description="seconds a question may wait")

    # HTTP.
    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8080, ge=0, le=65535)
    jwt_secret: SecretStr | None = Field(
        default=None, description="HS256; without it and JWT_JWKS_URL no analytics API"
    )
    jwt_jwks_url: str = Field(default="", description="RS256: where the public keys are")
    jwt_issuer: str = ""
    jwt_audience: str = ""

    # Traces.
    otel_exporter_otlp_endpoint: str = Field(default="", description="OTLP over HTTP; off if empty")
    otel_show_text: bool = Field(default=False, description="questions and SQL in traces")

    # Digests.
    timezone: str = Field(default="UTC", description="IANA name for events that have none")

    log_level: str = "INFO"


def _is_unset(name: str, value: object) -> bool:
    return value == "" and not isinstance(Settings.model_fields[name].default, str)


def sources() -> dict[str, str]:
    """Where each setting comes from, by its field's name: environment, .env or default."""
    places = {
        "environment": EnvSettingsSource(Settings)(),
        ".env": DotEnvSettingsSource(Settings)(),
    }
    return {
        name: next(
            (
                place
                for place, given in places.items()
                if name in given and not _is_unset(name, given[name])
            ),
            "default",
        )
        for name in Settings.model_fields
    }
