"""The view in which admins say when a channel's digest comes and what it tells."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from bot.digests import MOST, Overview, described
from bot.slack.render.channel import channel_form, ending, place_name
from bot.slack.render.pieces import Block, button, cut, one_line, paragraph, plain, small
from bot.texts import say

FORM = "digest_form"
"""The callback of the view."""

WHEN, SECTIONS, STOP = "digest_when", "digest_sections", "digest_stop"
_OPTIONS = 100
_WHEN_LENGTH = 200


def digest_form(channel: str, name: str, found: Overview | None) -> Block:
    """The modal for one channel; what there is already stands in it."""
    when: Block = {
        "type": "plain_text_input",
        "action_id": WHEN,
        "max_length": _WHEN_LENGTH,
        "placeholder": plain("every match day at 18:00"),
    }
    select: Block = {
        "type": "multi_external_select",
        "action_id": SECTIONS,
        "min_query_length": 0,
        "max_selected_items": MOST,
        "placeholder": plain(say("digest_form.type_section")),
    }
    more: list[Block] = []
    if found is not None:
        when["initial_value"] = cut(one_line(found.schedule.schedule), _WHEN_LENGTH)
        if found.schedule.sections:
            select["initial_options"] = [option(one) for one in found.schedule.sections[:MOST]]
        if found.schedule.paused:
            more.append(small(say("digest_form.paused")))
        more.append({"type": "actions", "elements": [_stop(name)]})
    blocks: list[Block] = [
        {
            "type": "input",
            "block_id": WHEN,
            "label": plain(cut(say("digest_form.when", place=place_name(name)), 200)),
            "hint": plain(say("digest_form.when_hint")),
            "element": when,
        },
        {
            "type": "input",
            "block_id": SECTIONS,
            "optional": True,
            "label": plain(say("digest_form.sections")),
            "hint": plain(say("digest_form.sections_hint")),
            "element": select,
        },
        *more,
        paragraph(say("digest_form.more")),
    ]
    return channel_form(FORM, channel, name, say("digest_form.title"), blocks)


def _stop(name: str) -> Block:
    return ending(
        button(say("digest_form.stop"), STOP, "stop"),
        say("digest_form.stop_title"),
        say("digest_form.stop_what", place=place_name(name)),
        say("digest_form.stop_yes"),
    )


def section_options(offered: Sequence[str], typed: str) -> list[Block]:
    """Those of `offered` that have all the words typed so far, as options."""
    wanted = typed.casefold().split()
    found = [one for one in offered if all(word in _all_words(one) for word in wanted)]
    return [option(one) for one in found[:_OPTIONS]]


def _all_words(section: str) -> str:
    return f"{section} {described().get(section, '')}".casefold()


def option(section: str) -> Block:
    """A section: its name, or the text of a verified question, of whichever length."""
    about = described().get(section) or say("trust.verified")
    return {
        "text": plain(cut(one_line(section), 75)),
        "description": plain(cut(about, 75)),
        "value": value_of(section),
    }


def value_of(section: str) -> str:
    """What stands for a section in an option; Slack takes no more than 150 characters there."""
    return hashlib.sha256(section.encode()).hexdigest()[:32]
