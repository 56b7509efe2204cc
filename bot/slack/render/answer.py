"""An answer as Slack messages, from the best-looking to the plainest; the first accepted one stays.

First what was found, in words; then the rows: a table that sorts, a native table, fixed-width text
in a block, text alone. An answer is never lost to its decoration. Every form has the same rows,
trust line and (where blocks are possible) buttons.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from bot.domain import Answer, ColumnKind
from bot.slack.render.cells import Grid, grid
from bot.slack.render.finding import finding, is_whole
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
    sentence,
    size,
    small,
)
from bot.slack.render.table import TABLE_ROWS, data_table, fixed_width, native
from bot.slack.render.trust import event_names, row_count, trust_line, zone

SHOW_SQL = "show_sql"
CSV = "csv"
ASK_AGAIN = "ask_again"


def answer_messages(
    answer: Answer, *, quoted: bool = False, reader: ZoneInfo | None = None
) -> tuple[Message, ...]:
    """The forms of `answer`, best first. A `quoted` one repeats the question above itself.

    `reader` is the zone of who asked, for forms in which times cannot be in each reader's own.
    """
    head = [quote(answer.question.text)] if quoted else []
    if not answer.table.rows:
        said = escape(_no_rows(answer))
        blocks = (*head, paragraph(_no_rows(answer)), *_foot(answer, ""))
        return (Message(said, blocks), Message(said))
    there = reader or zone(answer.events)
    cells = grid(answer.table, there, TABLE_ROWS)
    found = finding(answer, cells)
    text = escape(one_line(found or f"{row_count(answer.table)} from {event_names(answer.events)}"))
    head += [sentence(found)] if found else []
    if found and is_whole(answer):
        return (Message(text, (*head, *_foot(answer, ""))), Message(text))
    forms = []
    if len(cells.rows) > 1:
        table, shown = data_table(cells, answer.question.text)
        if shown:
            notes = _small_notes(answer, cells, shown)
            forms.append(Message(text, (*head, table, *notes, *_foot(answer, _YOURS))))
    table, shown = native(cells)
    notes = _small_notes(answer, cells, shown)
    forms.append(Message(text, (*head, table, *notes, *_foot(answer, _YOURS))))
    lines, printed = fixed_width(cells, LIMIT)
    notes = _small_notes(answer, cells, printed)
    blocks = (*head, preformatted(lines), *notes, *_foot(answer, there.key))
    return (*forms, Message(text, blocks), Message(_text_only(answer, cells, found, there.key)))


_YOURS = "your time zone"


def _foot(answer: Answer, times: str) -> list[Block]:
    told = [small(answer.explanation)] if answer.explanation else []
    return [*told, small(trust_line(answer, times=_times(answer, times))), _buttons(answer)]


def _times(answer: Answer, where: str) -> str:
    """Whose times they are, if there are any."""
    moments = any(column.kind is ColumnKind.DATETIME for column in answer.table.columns)
    return where if moments else ""


def _text_only(answer: Answer, cells: Grid, found: str, where: str) -> str:
    """Everything as mrkdwn text. Escaping can grow data fivefold, so it is tried shorter."""
    text = ""
    for limit in (3_000, 1_500, 600):
        bare, shown = fixed_width(cells, limit)
        line = trust_line(answer, times=_times(answer, where))
        trust = escape(cut(one_line(line), limit // 20))
        said = [escape(one_line(found))] if found and limit > 600 else []
        told = [escape(one_line(answer.explanation))] if answer.explanation else []
        text = "\n".join([*said, fenced(bare), *_notes(answer, cells, shown), *told, trust])
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


def _small_notes(answer: Answer, cells: Grid, shown: int) -> list[Block]:
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
