"""An answer as Slack messages, from the best-looking to the plainest; the first accepted one stays.

Native table, then fixed-width text in a block, then text alone: an answer is never lost to its
decoration. Every form has the same rows, trust line and (where blocks are possible) buttons.
"""

from __future__ import annotations

from bot.domain import Answer
from bot.slack.render.cells import Grid, grid
from bot.slack.render.pieces import (
    LIMIT,
    TEXT_LIMIT,
    Block,
    Message,
    button,
    cut,
    escape,
    fenced,
    one_line,
    paragraph,
    preformatted,
    quote,
    size,
    small,
)
from bot.slack.render.table import TABLE_ROWS, fixed_width, native
from bot.slack.render.trust import event_names, row_count, trust_line, zone

SHOW_SQL = "show_sql"
CSV = "csv"
ASK_AGAIN = "ask_again"


def answer_messages(answer: Answer, *, quoted: bool = False) -> tuple[Message, ...]:
    """The forms of `answer`, best first. A `quoted` one repeats the question above itself."""
    head = [quote(answer.question.text)] if quoted else []
    foot = [small(trust_line(answer)), _buttons(answer)]
    text = escape(one_line(f"{row_count(answer.table)} from {event_names(answer.events)}"))
    if not answer.table.rows:
        blocks = (*head, paragraph(_no_rows(answer)), *foot)
        return (Message(text, blocks), Message(escape(_no_rows(answer))))
    cells = grid(answer.table, zone(answer.events), TABLE_ROWS)
    table, shown = native(cells)
    lines, printed = fixed_width(cells, LIMIT)
    return (
        Message(text, (*head, table, *_cut(answer, cells, shown), *foot)),
        Message(text, (*head, preformatted(lines), *_cut(answer, cells, printed), *foot)),
        Message(_text_only(answer, cells)),
    )


def _text_only(answer: Answer, cells: Grid) -> str:
    """Everything as mrkdwn text. Escaping can grow data fivefold, so it is tried shorter."""
    text = ""
    for limit in (3_000, 1_500, 600):
        bare, shown = fixed_width(cells, limit)
        trust = escape(cut(one_line(trust_line(answer)), limit // 20))
        text = "\n".join([fenced(bare), *_notes(answer, cells, shown), trust])
        if size(text) <= TEXT_LIMIT:
            break
    return text


def _no_rows(answer: Answer) -> str:
    return (
        f"Nothing in {event_names(answer.events)} matches that. The query ran, it just found no "
        "rows. Check the spelling of names, or look at the SQL to see what I searched for."
    )


def _notes(answer: Answer, cells: Grid, shown: int) -> list[str]:
    notes = []
    if shown < len(answer.table.rows) or answer.table.truncated:
        notes.append(f"First {shown} of {row_count(answer.table)}; the CSV has {_held(answer)}.")
    if cells.left_out:
        total = len(cells.headers) + cells.left_out
        notes.append(f"First {len(cells.headers)} of {total} columns; the CSV has all.")
    return notes


def _cut(answer: Answer, cells: Grid, shown: int) -> list[Block]:
    return [small(note) for note in _notes(answer, cells, shown)]


def _held(answer: Answer) -> str:
    return f"the first {len(answer.table.rows):,}" if answer.table.truncated else "all"


def _buttons(answer: Answer) -> Block:
    question = answer.question.id
    elements = [button("Show SQL", SHOW_SQL, question)]
    if answer.table.rows:
        elements.append(button("CSV", CSV, question))
    elements.append(button("Ask again", ASK_AGAIN, question))
    return {"type": "actions", "elements": elements}
