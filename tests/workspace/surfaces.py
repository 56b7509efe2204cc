"""The bot's surfaces besides answers, drawn by its own renderers from invented values.

`user` and `place` are the ids of a person and a channel that there are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from bot.digests import Board, Digest, DigestSection, Overview
from bot.domain import (
    Choice,
    Clarification,
    Code,
    ColumnKind,
    Event,
    Progress,
    Refusal,
    ResultTable,
    Stage,
)
from bot.slack import oauth_pages
from bot.slack.render import admin, channel, home
from bot.slack.render import help as helps
from bot.slack.render.ask import ask_view
from bot.slack.render.choices import choice_messages
from bot.slack.render.digest import digest_messages, overview, sections_help
from bot.slack.render.digest_form import digest_form
from bot.slack.render.feedback import feedback_view
from bot.slack.render.home import Spot, Tab, home_view
from bot.slack.render.live import live_messages
from bot.slack.render.pieces import Block, Message, done_view, paragraph
from bot.slack.render.refusal import refusal_messages
from bot.slack.render.sql import sql_view
from bot.slack.render.stages import stage_message
from bot.slack.render.status import status_messages
from bot.store import (
    Day,
    DigestResult,
    DigestSchedule,
    Installation,
    Left,
    LiveMessage,
    Reason,
    Reviewable,
    Rule,
    Scope,
    StoredAnswer,
    Subject,
    Usage,
    Verdict,
    VerifiedQuestion,
)
from tests.slack.conftest import STATUS, stored
from tests.slack.samples import SPRING, WINTER, columns, question, table

NOW = datetime(2026, 5, 2, 15, tzinfo=UTC)
SQL = "SELECT name, total\n  FROM teams\n ORDER BY total DESC\n LIMIT 5"
FOUND = table(("Kestrels", 12.5), ("Otters of the Long Lake", 11))
GAMES = ResultTable(
    columns(home=ColumnKind.TEXT, away=ColumnKind.TEXT, score=ColumnKind.TEXT),
    (("Kestrels", "Otters", "15–12"), ("Tides", "Owls", "9–9")),
)


@dataclass(frozen=True, slots=True)
class Words:
    """What people and databases have put into the surfaces: any text, and any rows."""

    question: str = "Top 5 teams by spirit score"
    name: str = SPRING.name
    sql: str = SQL
    expected: str = "only games of the Open division"
    message: str = "The model took too long."
    explanation: str = "Sums spirit scores."
    rows: ResultTable = FOUND

    @property
    def event(self) -> Event:
        """The event of that name."""
        return replace(SPRING, name=self.name)


USUAL = Words()


def kept(user: str, place: str, words: Words = USUAL) -> StoredAnswer:
    """A line of the audit."""
    found = stored(question(words.question))
    asker = replace(found.asker, user=user)
    return replace(
        found, asker=asker, channel=place, shown=words.sql, explanation=words.explanation
    )


def digest(place: str) -> DigestSchedule:
    """A schedule that has posted."""
    return DigestSchedule(
        "T1",
        place,
        "every match day at 18:00",
        "Europe/Madrid",
        "U1",
        NOW,
        last_result=DigestResult.POSTED,
        last_at=NOW,
    )


def schedule(place: str, words: Words = USUAL) -> Overview:
    """It in words, and what it tells."""
    found = replace(digest(place), sections=("results", words.question))
    return Overview(found, "at 18:00 every match day", (NOW, NOW), found.sections)


def homes(user: str, place: str, words: Words = USUAL) -> dict[Tab, Block]:
    """Each tab of an admin's Home."""
    answered, event = kept(user, place, words), words.event
    failed = replace(answered, code=Code.MODEL_TIMED_OUT, message=words.message)
    verdict = Verdict(user, False, Reason.MEANING, words.expected, NOW)  # noqa: FBT003 (good)
    checked = VerifiedQuestion(
        "1", "T1", "top", words.question, words.sql, Scope.CHANNEL, place, user, "Maya", NOW
    )
    blocks = {
        Tab.HOME: [
            *home.how_to_ask({place: ("general", (event,))}, NOW),
            home.limits_left([Left(12, 20, "1 hour")]),
            *home.my_questions([answered, failed]),
        ],
        Tab.FEEDBACK: home.feedback([Reviewable(answered, verdict)]),
        Tab.VERIFIED: home.verified([checked]),
        Tab.CHANNELS: home.channels([(place, (event,))], {place: digest(place)}),
        Tab.PROBLEMS: home.problems([failed]),
        Tab.MODEL: list(status_messages(STATUS, NOW)[0].blocks),
    }
    return {
        tab: home_view(Spot(tab, 1), found, admin=True, more=True, note="Done.")
        for tab, found in blocks.items()
    }


def modals(user: str, place: str, words: Words = USUAL) -> dict[str, Block]:
    """Each view."""
    asked, event = words.question, words.event
    rules = [
        Rule(Subject.PERSON, user, "5/hour", blocked=True),
        Rule(Subject.CHANNEL, place, "30/hour", blocked=False),
    ]
    return {
        "events": channel.bind_view(place, "general", [event, WINTER]),
        "events-done": done_view("Events", paragraph("Saved."), paragraph("Invite me.")),
        "ask": ask_view({place: ("general", [event])}),
        "ask-nowhere": ask_view({}),
        "feedback": feedback_view("q1", asked),
        "sql": sql_view(asked, words.sql, "It sees only this event."),
        "admin": admin.admin_view(),
        "limits": admin.limits_view(rules, "20/hour"),
        "audit": admin.audit_view([kept(user, place, words)] * 6, admin.Filter(user, place, 1)),
        "digest": digest_form(place, "general", schedule(place, words)),
        "digest-new": digest_form(place, "general", None),
        "forget": admin.forget_view(user),
        "forgotten": done_view("Forget a person", paragraph("Forgotten: 3 questions.")),
    }


def messages(user: str, place: str, words: Words = USUAL) -> dict[str, tuple[Message, ...]]:
    """What stands in a channel or is told to one person, each in its forms."""
    asked, event = question(words.question), words.event
    told = Digest(
        event,
        date(2026, 5, 2),
        (DigestSection("Results", GAMES), DigestSection("Spirit", words.rows)),
        missing=("Leaders",),
    )
    live = LiveMessage("T1", place, "token", user, ts="1.2", pinned=False)
    usage = Usage((Day(NOW.date(), 41, 9),), ((user, 30),), ((place, 41),), 40, 12, 3, 3.2)
    choices = (Choice("Otters", "games of Otters"), Choice("Otters II", "games of Otters II"))
    return {
        "digest": digest_messages(told),
        "live": live_messages([Board(event, told.sections), Board(WINTER, ())]),
        "schedule": (overview(schedule(place, words), live),),
        "no-schedule": (overview(None, None),),
        "sections": (sections_help(("results",)),),
        "usage": (admin.usage_message(usage),),
        "status": status_messages(STATUS, NOW),
        "stage": (stage_message(Progress(Stage.QUEUED, "2 before you"), "q1", user),),
        "refused": refusal_messages(Refusal(Code.NOT_ABOUT_DATA, "I know nothing of that."), asked),
        "outage": refusal_messages(
            Refusal(Code.MODEL_DOWN, "The model is down.", sql=words.sql), asked, quoted=True
        ),
        "choices": choice_messages(Clarification("Which team do you mean?", choices), asked),
        **{
            name: (Message(text),)
            for name, text in (
                ("help", helps.stats()),
                ("help-admin", helps.ADMIN),
                ("help-digest", helps.DIGEST),
                ("help-model", helps.MODEL),
                ("help-channel", helps.CHANNEL),
            )
        },
    }


def pages() -> dict[str, str]:
    """The HTML that people see while they install the bot."""
    there = Installation("T1", "Ultimate <Club>", "A1", "U1", "B1", "xoxb-1", "U1")
    return {
        "install": oauth_pages.install("https://slack.com/oauth/v2/authorize?client_id=1.2"),
        "installed": oauth_pages.done(there),
        "cancelled": oauth_pages.CANCELLED,
        "organisation": oauth_pages.ORGANISATION,
    }
