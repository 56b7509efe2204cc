"""The one row of buttons under an answer: what is used most as buttons, the rest in a menu.

Slack's clients put a button each line on a phone, so there are five at most. A click carries the
question's id, and a word of ours where the id is not enough: everything else is in the store.
"""

from __future__ import annotations

from bot.domain import Answer
from bot.slack.render.pieces import Block, button, cut, one_line, plain
from bot.texts import say

SHOW_SQL = "show_sql"
CSV = "csv"
CHART = "chart"
TABLE = "table"
ONLY = "only"
MORE = "more"
# What stands in the menu.
ASK_AGAIN = "ask_again"
RUN_AGAIN = "run_again"
SHARE = "share"
EXPLAIN = "explain"

_MOST = 5
_OPTIONS = 20


def answer_buttons(answer: Answer, *, toggle: str = "", shared: bool = False) -> Block:
    """The row. `toggle` is CHART or TABLE where the other view can be had.

    A `shared` answer is not shared again, and stays as it was shared.
    """
    asked, rows = answer.question.id, bool(answer.table.rows)
    elements = []
    if toggle and not shared:
        elements.append(button(say(f"buttons.{toggle}"), toggle, asked))
    elements.append(button(say("buttons.show_sql"), SHOW_SQL, asked))
    if rows:
        elements.append(button(say("buttons.csv"), CSV, asked))
    if not shared:
        elements += _refinements(answer, _MOST - 1 - len(elements))
    options = [_option(say("buttons.ask_again"), ASK_AGAIN, asked)]
    if not shared:
        options.insert(0, _option(say("buttons.run_again"), RUN_AGAIN, asked))
        # A direct conversation has nobody to share with.
        if not answer.question.channel.startswith("D"):
            options.append(_option(say("buttons.share"), SHARE, asked))
    if answer.explanation:
        options.append(_option(say("buttons.explain"), EXPLAIN, asked))
    menu = {"type": "overflow", "action_id": MORE, "options": options}
    return {"type": "actions", "elements": [*elements, menu]}


def _refinements(answer: Answer, room: int) -> list[Block]:
    """A button each, or one list where there is no room for so many."""
    asked, found = answer.question.id, answer.refinements[:_OPTIONS]
    if len(found) <= room:
        return [
            button(_label(each.label), f"{ONLY}_{place}", f"{asked} {each.words}")
            for place, each in enumerate(found)
        ]
    options = [
        {"text": plain(_label(each.label)), "value": f"{asked} {each.words}"} for each in found
    ]
    chooser = {"type": "static_select", "action_id": ONLY, "options": options}
    return [chooser | {"placeholder": plain(say("buttons.only_list"))}]


def _label(text: str) -> str:
    return cut(one_line(text), 30) or say("buttons.only_this")


def _option(label: str, action: str, asked: str) -> Block:
    return {"text": plain(label), "value": f"{action} {asked}"}
