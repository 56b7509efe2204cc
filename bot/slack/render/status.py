"""`/stats-model`: how the language models and the queue are, in short lines readable on a phone."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.answering import Status
from bot.llm import ModelStatus
from bot.slack.render.pieces import (
    LIMIT,
    TEXT_LIMIT,
    Block,
    Message,
    cut,
    escape,
    paragraph,
    preformatted,
)
from bot.slack.render.trust import seconds
from bot.store import Recent

_GIGABYTE = 1e9


def status_messages(status: Status, now: datetime | None = None) -> tuple[Message, ...]:
    """The state as one message. `now` (aware) is for the time until a model unloads."""
    models = status.models
    good = bool(models.answers) and not models.problem
    head = f"{models.answers} is answering" if models.answers else "No model can answer"
    details = "\n".join(
        [*_server(models), *_models(models, now or datetime.now(UTC)), *_queue(status)]
    )
    blocks: list[Block] = [paragraph(head, emoji="white_check_mark" if good else "warning")]
    if models.problem:
        blocks.append(paragraph(models.problem))
    excess = _excess(status.role_excess)
    if excess:
        blocks.append(paragraph(excess, emoji="warning"))
    blocks.append(preformatted(cut(details, LIMIT)))
    lines = "\n".join(line for line in (head, models.problem, excess, details) if line)
    return (
        Message(escape(head), tuple(blocks)),
        Message(escape(cut(lines, TEXT_LIMIT // 2))),
    )


def _excess(role: tuple[str, ...]) -> str:
    """One line on what the database role can do beyond what it needs; empty if nothing."""
    if not role:
        return ""
    more = f" And {len(role) - 1} more:" if len(role) > 1 else ""
    return (
        f"The database role can do more than it needs: {cut(role[0], 200)}.{more} "
        "`game-stats-bot database harden --check` lists it."
    )


def _server(models: ModelStatus) -> list[str]:
    state = f"up, version {models.version}" if models.reachable else "not reachable"
    return [f"Server    {state}", f"          {models.address}"]


def _models(models: ModelStatus, now: datetime) -> list[str]:
    sizes = {model.name: model.size for model in models.installed}
    loaded = {model.name: model for model in models.loaded}
    lines = []
    for place, model in enumerate(models.models):
        role = "Model" if place == 0 else "Fallback"
        lines.append(f"{role:<9} {model.name}")
        if model.address:
            lines.append(f"          {model.address}")
        if not model.reachable:
            lines.append("          its server does not answer")
        elif not model.installed:
            lines.append("          not installed")
        elif model.address:
            lines.append("          loaded" if model.loaded else "          installed, not loaded")
        elif model.name in loaded:
            found = loaded[model.name]
            lines.append(f"          loaded, {_size(found.size)}, {_size(found.size_vram)} VRAM")
            lines.append(f"          {_unloads(found.expires_at, now)}")
        else:
            size = _size(sizes[model.name]) if model.name in sizes else "size unknown"
            lines.append(f"          installed, {size}, not loaded")
        lines.append(f"          circuit {model.circuit}")
    named = {model.name for model in models.models}
    others = [name for name in sizes if name not in named]
    if others:
        lines.append(f"Others    {', '.join(others[:8])}{' …' if len(others) > 8 else ''}")
    return lines


def _queue(status: Status) -> list[str]:
    models = status.models
    warming = ", warming up" if models.warming else ""
    return [
        f"Queue     {status.queue} jobs",
        f"          model: {models.running} running, {models.waiting} waiting{warming}",
        *_last_hour(status.recent),
    ]


def _last_hour(recent: Recent) -> list[str]:
    lines = [f"Last hour {recent.count} questions"]
    if recent.median is not None and recent.p95 is not None:
        times = f"median {seconds(recent.median)}, 95 % under {seconds(recent.p95)}"
        lines.append(f"          {times}")
    if recent.errors:
        errors = (f"{code.value.replace('_', ' ')} {n}" for code, n in recent.errors.items())
        lines.append("          errors: " + ", ".join(errors))
    else:
        lines.append("          no errors")
    return lines


def _size(count: int) -> str:
    return f"{count / _GIGABYTE:.1f} GB"


def _unloads(expires_at: str, now: datetime) -> str:
    try:
        left = (datetime.fromisoformat(expires_at) - now).total_seconds()
    except (ValueError, TypeError):
        return "stays loaded"
    if left <= 0:
        return "unloads now"
    if left > 365 * 86_400:
        return "stays loaded"
    if left < 5_400:
        return f"unloads in {left / 60:.0f} min"
    return f"unloads in {left / 3_600:.0f} h"
