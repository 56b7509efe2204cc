"""What `/stats-admin` shows: limits, usage, and the audit as a view that is paged."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from bot.domain import Source
from bot.slack.render.pieces import (
    Block,
    Message,
    bold,
    button,
    cut,
    heading,
    line,
    paragraph,
    person,
    place,
    plain,
    preformatted,
    quote,
    small,
)
from bot.slack.render.pieces import at as moment_at
from bot.slack.render.trust import seconds
from bot.store import Rule, StoredAnswer, Subject, Usage
from bot.store.audit import USAGE_DAYS
from bot.texts import say

ADMIN, TASK, WHO, WHERE = "admin", "admin_task", "admin_who", "admin_where"
LIMITS, LIMIT_PERSON, LIMIT_CHANNEL, LIMIT_RATE = "limits", "who", "where", "rate"
AUDIT, AUDIT_PERSON, AUDIT_CHANNEL, AUDIT_GO = "audit", "audit_who", "audit_where", "audit_go"
FORGET = "forget"

TASKS = ("usage", "audit", "limits", "block", "unblock", "forget", "cache")
"""What an admin may choose to do, by the words of the command."""

ABOUT_PEOPLE = frozenset({"block", "unblock", "forget"})

AUDIT_PAGE = 5
_RULES = 40
_SQL = 1_200


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the audit is looked at: a person's, a channel's (ids, or empty), and which page."""

    person: str = ""
    channel: str = ""
    page: int = 0


def admin_view() -> Block:
    """What to do, and to whom; what it comes to is shown in its place."""
    options = [{"text": plain(say(f"admin_form.{task}")), "value": task} for task in TASKS]
    select = {"type": "static_select", "action_id": TASK, "options": options}
    return {
        "type": "modal",
        "callback_id": ADMIN,
        "title": plain(say("admin_form.title")),
        "submit": plain(say("admin_form.submit")),
        "close": plain(say("ask.cancel")),
        "blocks": [
            {
                "type": "input",
                "block_id": TASK,
                "label": plain(say("admin_form.task")),
                "element": select | {"placeholder": plain(say("admin_form.choose"))},
            },
            _select("users_select", WHO, say("admin_form.who")),
            _select("conversations_select", WHERE, say("admin_form.where")),
            paragraph(say("admin_form.more")),
        ],
    }


def limits_view(rules: Sequence[Rule], default: str) -> Block:
    """Who may ask how often, and a form to change it."""
    shown: list[Block] = [line(bold("Everybody"), f": {default} a person")]
    shown += [
        line(
            person(rule.subject) if rule.kind is Subject.PERSON else place(rule.subject),
            f": {rule.rate or 'the default'}{', blocked' if rule.blocked else ''}",
        )
        for rule in rules[:_RULES]
    ]
    if len(rules) > _RULES:
        shown.append(small(f"and {len(rules) - _RULES} more"))
    return {
        "type": "modal",
        "callback_id": LIMITS,
        "title": plain("Limits"),
        "submit": plain("Save"),
        "close": plain("Close"),
        "blocks": [
            *shown,
            _select("users_select", LIMIT_PERSON, "Person"),
            _select("conversations_select", LIMIT_CHANNEL, "or a channel"),
            {
                "type": "input",
                "block_id": LIMIT_RATE,
                "optional": True,
                "label": plain("Questions"),
                "hint": plain("5/hour, or 5/minute;40/day. Empty: the default again."),
                "element": {
                    "type": "plain_text_input",
                    "action_id": LIMIT_RATE,
                    "max_length": 60,
                    "placeholder": plain("20/hour"),
                },
            },
        ],
    }


def _select(kind: str, name: str, label: str) -> Block:
    return {
        "type": "input",
        "block_id": name,
        "optional": True,
        "label": plain(label),
        "element": {"type": kind, "action_id": name, "placeholder": plain("Choose")},
    }


def usage_message(usage: Usage) -> Message:
    """The last two weeks; people and channels are named, and not notified: one person sees it."""
    if not usage.days:
        return Message(f"Nobody has asked anything in the last {USAGE_DAYS} days.")
    total = sum(day.questions for day in usage.days)
    rows = [f"{day.day:%a %d %b} {day.questions:>6} {day.people:>6}" for day in usage.days]
    days = "\n".join([f"{'':10} {'asked':>6} {'people':>6}", *rows])
    blocks = [
        heading(f"{total:,} questions in {USAGE_DAYS} days"),
        preformatted(days),
        paragraph(_speed(usage)),
        *[line(person(who), f": {count:,}") for who, count in usage.people],
        *[line(place(where), f": {count:,}") for where, count in usage.channels],
    ]
    return Message(f"{total:,} questions in {USAGE_DAYS} days", tuple(blocks))


def _speed(usage: Usage) -> str:
    if usage.median is None:
        return "None of them was answered."
    return (
        f"{usage.answered:,} answered, half of them within {seconds(usage.median)}; "
        f"{_share(usage.cached, usage)} from cached SQL, {_share(usage.verified, usage)} verified."
    )


def _share(part: int, usage: Usage) -> str:
    return f"{100 * part / usage.answered:.0f} %"


def audit_view(found: Sequence[StoredAnswer], chosen: Filter) -> Block:
    """A page of the audit; `found` has one more than a page where there is a next one."""
    filters: list[Block] = [
        {"type": "users_select", "action_id": AUDIT_PERSON, "placeholder": plain("Everybody")},
        {
            "type": "conversations_select",
            "action_id": AUDIT_CHANNEL,
            "placeholder": plain("Every channel"),
        },
        button("All", f"{AUDIT_GO}_all", json.dumps(asdict(Filter()))),
    ]
    if chosen.person:
        filters[0]["initial_user"] = chosen.person
    if chosen.channel:
        filters[1]["initial_conversation"] = chosen.channel
    blocks: list[Block] = [{"type": "actions", "elements": filters}]
    for stored in found[:AUDIT_PAGE]:
        blocks += asked(stored)
    if not found:
        blocks.append(paragraph("Nothing was asked here."))
    blocks += _pager(chosen, more=len(found) > AUDIT_PAGE)
    return {
        "type": "modal",
        "callback_id": AUDIT,
        "private_metadata": json.dumps(asdict(chosen)),
        "title": plain("Audit"),
        "close": plain("Close"),
        "blocks": blocks,
    }


def asked(stored: StoredAnswer) -> list[Block]:
    """Who asked what, when and where, what became of it, and the SQL."""
    who = line(
        person(stored.asker.user), " in ", place(stored.channel), " ", moment_at(stored.created_at)
    )
    blocks = [who, quote(stored.text)]
    if stored.shown or stored.sql:
        blocks.append(preformatted(cut(stored.shown or stored.sql, _SQL)))
    return [*blocks, small(outcome(stored))]


def outcome(stored: StoredAnswer) -> str:
    """What became of a question, in one line."""
    if stored.code is not None:
        code, message = stored.code.value.replace("_", " "), cut(stored.message, 200)
        return say("home.unanswered", code=code, message=message)
    rows = say("trust.rows", n=stored.rows)
    model = stored.source is Source.MODEL
    by = stored.language_model if model else say(f"sources.{stored.source.value}")
    return f"{rows} · {by} · {seconds(stored.seconds)}"


def _pager(chosen: Filter, *, more: bool) -> list[Block]:
    elements = []
    for label, page, there in (
        ("Newer", chosen.page - 1, chosen.page > 0),
        ("Older", chosen.page + 1, more),
    ):
        if there:
            value = json.dumps(asdict(Filter(chosen.person, chosen.channel, page)))
            elements.append(button(label, f"{AUDIT_GO}_{label.lower()}", value))
    return [{"type": "actions", "elements": elements}] if elements else []


def forget_view(user: str) -> Block:
    """Ask whether a person is to be forgotten."""
    return {
        "type": "modal",
        "callback_id": FORGET,
        "private_metadata": json.dumps({"person": user}),
        "title": plain("Forget a person"),
        "submit": plain("Forget"),
        "close": plain("Cancel"),
        "blocks": [
            line("Everything that ", person(user), " asked and said of answers is deleted."),
            paragraph(
                "What stays is that something was asked, for the counts, and a block if they are "
                "blocked. This cannot be undone. Messages in Slack stay."
            ),
        ],
    }
