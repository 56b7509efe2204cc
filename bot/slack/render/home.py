"""The App Home: what a person can ask and has asked; for admins also tabs of things to look after.

A view holds at most 100 blocks: every list is paged, and a page has at most PAGE entries.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain import Event
from bot.slack.render.admin import outcome
from bot.slack.render.digest import digest_words
from bot.slack.render.feedback import complaint
from bot.slack.render.pieces import (
    Block,
    at,
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
from bot.slack.render.prompts import prompts
from bot.slack.render.trust import event_names
from bot.store import DigestSchedule, Left, Reviewable, Scope, StoredAnswer, VerifiedQuestion
from bot.texts import say

PAGE = 5
GO = "home_go"
ASK, SQL = "home_ask", "home_sql"
VERIFY, DONE, WITHDRAW = "home_verify", "home_done", "home_withdraw"
BIND, UNBIND, DIGEST_OFF = "home_bind", "home_unbind", "home_digest_off"

_SQL = 900
_CHANNELS = 8
_HEAD = 2
"""Blocks that stand above the first entry, at most."""


class Tab(enum.StrEnum):
    """What of the Home is shown. All but the first are for admins."""

    HOME = "home"
    FEEDBACK = "feedback"
    VERIFIED = "verified"
    CHANNELS = "channels"
    PROBLEMS = "problems"
    MODEL = "model"


_LABELS = {
    Tab.HOME: "Home",
    Tab.FEEDBACK: "Feedback",
    Tab.VERIFIED: "Verified",
    Tab.CHANNELS: "Channels",
    Tab.PROBLEMS: "Problems",
    Tab.MODEL: "Model",
}

SCOPES = {
    Scope.EVENT: "for this event",
    Scope.CHANNEL: "for this channel",
    Scope.EVERYWHERE: "for all events",
}


@dataclass(frozen=True, slots=True)
class Spot:
    """Where somebody is in their Home; `page` is from 0."""

    tab: Tab = Tab.HOME
    page: int = 0


def spot_text(spot: Spot) -> str:
    """A spot as a button carries it."""
    return json.dumps({"tab": spot.tab.value, "page": spot.page})


def spot_from(text: str) -> Spot:
    """The spot that a button or a view carries; the beginning for what is none."""
    try:
        said = json.loads(text)
        return Spot(Tab(said["tab"]), max(0, int(said["page"])))
    except (KeyError, TypeError, ValueError):
        return Spot()


def home_view(
    spot: Spot, blocks: Sequence[Block], *, admin: bool, more: bool = False, note: str = ""
) -> Block:
    """The whole view. `more` says that there is a next page, `note` what has just been done."""
    shown: list[Block] = []
    if admin:
        tabs = [_tab(tab, spot) for tab in Tab]
        shown.append({"type": "actions", "elements": tabs})
    shown += [line(bold(note))] if note else []
    return {
        "type": "home",
        "private_metadata": spot_text(spot),
        "blocks": [*shown, *blocks, *_pager(spot, more=more)],
    }


def _tab(tab: Tab, spot: Spot) -> Block:
    made = button(_LABELS[tab], f"{GO}_{tab.value}", spot_text(Spot(tab)))
    return made | {"style": "primary"} if tab is spot.tab else made


def _pager(spot: Spot, *, more: bool) -> list[Block]:
    elements = []
    if spot.page:
        newer = spot_text(Spot(spot.tab, spot.page - 1))
        elements.append(button(say("home.previous"), f"{GO}_previous", newer))
    if more:
        elements.append(
            button(say("home.next"), f"{GO}_next", spot_text(Spot(spot.tab, spot.page + 1)))
        )
    return [{"type": "actions", "elements": elements}] if elements else []


def how_to_ask(channels: Mapping[str, tuple[str, tuple[Event, ...]]], now: datetime) -> list[Block]:
    """How to ask, and about what: the channels that one is in, each with examples of its phase."""
    blocks = [
        heading(say("home.title")),
        paragraph(say("home.how_to_ask")),
    ]
    for channel, (_, events) in list(channels.items())[:_CHANNELS]:
        first, second, *_ = (one["message"] for one in prompts(events, now))
        about = say("home.is_about", events=event_names(events), first=first, second=second)
        blocks.append(line(place(channel), f" {about}"))
    if len(channels) > _CHANNELS:
        blocks.append(small(say("home.more_channels", n=len(channels) - _CHANNELS)))
    if not channels:
        blocks.append(paragraph(say("home.no_channel")))
    return blocks


def limits_left(left: Sequence[Left]) -> Block:
    """How many questions one has left."""
    said = [
        say("home.left_of", left=one.remaining, amount=one.amount, per=per_words(one))
        for one in left
    ]
    return small(say("home.left", limits=", ".join(said)))


def per_words(left: Left) -> str:
    """The time of a limit: "an hour", "per 2 days"."""
    count, _, unit = left.per.partition(" ")
    return say(f"home.{unit}", n=int(count))


def my_questions(found: Sequence[StoredAnswer]) -> list[Block]:
    """What somebody asked last; `found` may have one more than is shown."""
    blocks = [heading(say("home.recent"))]
    for stored in found[:PAGE]:
        blocks += [
            *_rule(blocks),
            line(
                bold(cut(stored.text, 280)),
                f" {say('home.in')} ",
                place(stored.channel),
                " ",
                at(stored.created_at),
            ),
            small(outcome(stored)),
            {
                "type": "actions",
                "elements": [button(say("buttons.ask_again"), ASK, stored.question_id)],
            },
        ]
    if not found:
        blocks.append(paragraph(say("home.nothing_yet")))
    return blocks


def feedback(found: Sequence[Reviewable]) -> list[Block]:
    """What people said of answers, with what an admin needs to judge and to act."""
    blocks = [heading("Feedback to review")]
    for one in found[:PAGE]:
        stored, verdict = one.answer, one.verdict
        sign = "Good" if verdict.good else "Bad"
        words = complaint(verdict.reason, verdict.expected)
        blocks += [
            *_rule(blocks),
            line(
                bold(sign),
                ", says ",
                person(verdict.person),
                " in ",
                place(stored.channel),
                " ",
                at(verdict.given_at),
            ),
            quote(stored.text),
            *([paragraph(words)] if words else []),
            *([preformatted(cut(stored.shown, _SQL))] if stored.shown else []),
            *([small(stored.explanation)] if stored.explanation else []),
            {
                "type": "actions",
                "elements": [
                    _verify(stored.question_id),
                    button("SQL", SQL, stored.question_id),
                    button("Done", DONE, stored.question_id),
                ],
            },
        ]
    if not found:
        blocks.append(paragraph("Nothing to review."))
    return blocks


def _verify(question_id: str) -> Block:
    options = [
        {"text": plain(f"Verify {label}"), "value": f"{scope.value} {question_id}"}
        for scope, label in SCOPES.items()
    ]
    select = {"type": "static_select", "action_id": VERIFY, "options": options}
    return select | {"placeholder": plain("Verify…")}


def verified(found: Sequence[VerifiedQuestion]) -> list[Block]:
    """Questions that are answered by approved SQL."""
    blocks = [heading("Verified questions"), small("Answered without the language model.")]
    for one in found[:PAGE]:
        by: str | Block = person(one.approved_by) if one.approved_by else "somebody"
        where: tuple[str | Block, ...] = (SCOPES[one.scope],)
        if one.scope is Scope.CHANNEL:
            where = ("for ", place(one.place))
        blocks += [
            *_rule(blocks),
            quote(one.question),
            preformatted(cut(one.sql, _SQL)),
            line("by ", by, " ", *where, " ", at(one.approved_at)),
            _buttons(_risky("Withdraw", WITHDRAW, one.id, "The model answers it again.")),
        ]
    if not found:
        blocks.append(paragraph("None yet. Turn an answer into one under Feedback."))
    return blocks


def channels(
    found: Sequence[tuple[str, tuple[Event, ...]]], digests: Mapping[str, DigestSchedule]
) -> list[Block]:
    """Channels with their events and digests."""
    blocks = [heading("Channels and their events")]
    for channel, events in found[:PAGE]:
        digest = digests.get(channel)
        elements = [
            button("Change", BIND, channel),
            _risky("Disconnect", UNBIND, channel, "Nobody can ask there until it is connected."),
        ]
        said = ""
        if digest is not None:
            said = f"; digest {digest_words(digest)}"
            elements.append(_risky("End digest", DIGEST_OFF, channel, "No more digests there."))
        blocks += [
            *_rule(blocks),
            line(place(channel), f": {event_names(events)}{said}"),
            _buttons(*elements),
        ]
    if not found:
        blocks.append(paragraph("No channel is connected yet. Run `/stats-channel` in one."))
    return blocks


def problems(found: Sequence[StoredAnswer]) -> list[Block]:
    """Questions that went unanswered, the newest first."""
    blocks = [heading("Recent refusals and errors")]
    for stored in found[:PAGE]:
        who = person(stored.asker.user)
        blocks += [
            *_rule(blocks),
            line(who, " in ", place(stored.channel), " ", at(stored.created_at)),
            quote(stored.text),
            small(outcome(stored)),
        ]
        if stored.sql:
            blocks.append(_buttons(button("SQL", SQL, stored.question_id)))
    if not found:
        blocks.append(paragraph("No question went unanswered."))
    return blocks


def _rule(blocks: Sequence[Block]) -> list[Block]:
    """A rule between entries, none below the heading."""
    return [{"type": "divider"}] if len(blocks) > _HEAD else []


def _buttons(*elements: Block) -> Block:
    return {"type": "actions", "elements": list(elements)}


def _risky(label: str, action: str, value: str, what: str) -> Block:
    confirm = {
        "title": plain(f"{label}?"),
        "text": plain(what),
        "confirm": plain(label),
        "deny": plain("Keep"),
    }
    return button(label, action, value) | {"style": "danger", "confirm": confirm}
