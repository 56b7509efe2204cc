"""An answer as Slack messages, from the best-looking to the plainest; the first accepted one stays.

Times have one rule: where Slack's blocks can, an instant is shown in the zone of whoever looks, in
the finding as in the table; where there is only text (a chart's labels, fixed width, a
notification), in the zone of the only reader, else of the event, which the small print names.

First what was found, in words; then the rows: a chart, a table that sorts, a native table,
fixed-width text in a block, text alone. An answer is never lost to its decoration. Every form has
the same rows, trust line and (where blocks are possible) buttons.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain import Answer, ColumnKind
from bot.slack.render.buttons import CHART, TABLE, answer_buttons
from bot.slack.render.cells import Grid, grid
from bot.slack.render.chart import Chart, ChartKind, chart_block, chart_of
from bot.slack.render.feedback import thumbs
from bot.slack.render.finding import finding, is_whole
from bot.slack.render.pieces import (
    LIMIT,
    TEXT_LIMIT,
    Block,
    Message,
    cut,
    escape,
    fenced,
    line,
    moment,
    one_line,
    paragraph,
    preformatted,
    quote,
    sentence,
    size,
    small,
)
from bot.slack.render.table import TABLE_ROWS, data_table, fixed_width, instant, native
from bot.slack.render.trust import event_names, row_count, trust_line, zone
from bot.texts import say


@dataclass(frozen=True, slots=True)
class Setting:
    """How an answer is to be shown.

    A `quoted` one repeats the question above itself. `reader` is the zone of who asked, for forms
    in which times cannot be in each reader's own. `view` is CHART or TABLE; empty: whichever says
    more. `again` is when the rows were read anew; `shared_by` is who put it before everybody.
    """

    quoted: bool = False
    reader: ZoneInfo | None = None
    view: str = ""
    again: datetime | None = None
    shared_by: str = ""


def chart_shown(answer: Answer, setting: Setting) -> Chart | None:
    """The chart that `answer` is to be shown as, if as one."""
    chart = chart_of(answer, setting.reader or zone(answer.events))
    wanted = chart is not None and (setting.view == CHART or (not setting.view and chart.opens))
    return chart if wanted else None


def answer_messages(answer: Answer, setting: Setting = Setting()) -> tuple[Message, ...]:
    """The forms of `answer`, best first. Those with a table follow a chart that is refused."""
    head = _head(answer, setting)
    foot = _Foot(answer, setting)
    if not answer.table.rows:
        said = escape(_no_rows(answer))
        blocks = (*head, paragraph(_no_rows(answer)), *foot.blocks())
        return (Message(said, blocks), Message(said))
    there = setting.reader or zone(answer.events)
    cells = grid(answer.table, there, TABLE_ROWS)
    found = finding(answer, cells)
    text = escape(one_line(_notified(answer, setting, found)))
    yours = say("answer.your_time_zone")
    fixed_head = [*head, *([sentence(found)] if found else [])]
    head += [_found(found, cells)] if found else []
    if found and is_whole(answer):
        return (Message(text, (*head, *foot.blocks(yours))), Message(text))
    forms = []
    chart = chart_of(answer, there)
    drawn = chart_block(shown_chart) if (shown_chart := chart_shown(answer, setting)) else None
    if drawn:
        over_time = there.key if chart and chart.kind is ChartKind.LINE else ""
        forms.append(Message(text, (*head, drawn, *foot.blocks(over_time, toggle=TABLE))))
    toggle = CHART if chart else ""
    if len(cells.rows) > 1:
        table, shown = data_table(cells, answer.question.text)
        if shown:
            notes = _small_notes(answer, cells, shown)
            forms.append(Message(text, (*head, table, *notes, *foot.blocks(yours, toggle=toggle))))
    table, shown = native(cells)
    notes = _small_notes(answer, cells, shown)
    forms.append(Message(text, (*head, table, *notes, *foot.blocks(yours, toggle=toggle))))
    lines, printed = fixed_width(cells, LIMIT)
    notes = _small_notes(answer, cells, printed)
    blocks = (*fixed_head, preformatted(lines), *notes, *foot.blocks(there.key, toggle=toggle))
    return (*forms, Message(text, blocks), Message(_text_only(answer, cells, found, there.key)))


def _notified(answer: Answer, setting: Setting, found: str) -> str:
    """The finding as a notification shows it, to readers whose clocks may differ."""
    if not found:
        return _how_many(answer)
    zone_name = "" if setting.reader else _times(answer, zone(answer.events).key)
    return f"{found} ({say('trust.times', zone=zone_name)})" if zone_name else found


def _found(found: str, cells: Grid) -> Block:
    """The finding; where it reads one row out, with its instants as each reader's own."""
    parts: list[str | Block] = [one_line(found)]
    if len(cells.rows) == 1:
        for text, value in zip(cells.rows[0], cells.values[0], strict=True):
            date, rest = instant(text, value), str(parts[-1])
            if date and text in rest:
                before, _, after = rest.partition(text)
                parts[-1:] = [before, date, after]
    return line(*parts)


def _head(answer: Answer, setting: Setting) -> list[Block]:
    by = setting.shared_by
    shared = [small(say("answer.shared_by", name=cut(by, 100)))] if by else []
    quoted = setting.quoted or bool(setting.shared_by)
    return [*shared, *([quote(answer.question.text)] if quoted else [])]


@dataclass(frozen=True, slots=True)
class _Foot:
    """What stands under the rows: what was computed, what it rests on, and the buttons."""

    answer: Answer
    setting: Setting

    def blocks(self, times: str = "", *, toggle: str = "") -> list[Block]:
        answer, again = self.answer, self.setting.again
        trust = trust_line(answer, times=_times(answer, times))
        return [
            *([small(answer.explanation)] if answer.explanation else []),
            small(trust),
            *([moment(say("answer.read_again"), again)] if again else []),
            thumbs(answer.question.id),
            answer_buttons(answer, toggle=toggle, shared=bool(self.setting.shared_by)),
        ]


def _times(answer: Answer, where: str) -> str:
    """Whose times they are, if there are any."""
    moments = any(column.kind is ColumnKind.DATETIME for column in answer.table.columns)
    return where if moments else ""


def _text_only(answer: Answer, cells: Grid, found: str, where: str) -> str:
    """Everything as mrkdwn text. Escaping can grow data fivefold, so it is tried shorter."""
    text = ""
    for limit in (3_000, 1_500, 600):
        bare, shown = fixed_width(cells, limit)
        trust = trust_line(answer, times=_times(answer, where))
        trust = escape(cut(one_line(trust), limit // 20))
        said = [escape(one_line(found))] if found and limit > 600 else []
        about = escape(cut(one_line(answer.explanation), limit // 15))
        told = [about] if about else []
        text = "\n".join([*said, fenced(bare), *_notes(answer, cells, shown), *told, trust])
        if size(text) <= TEXT_LIMIT:
            break
    return text


def _no_rows(answer: Answer) -> str:
    return say("answer.no_rows", events=event_names(answer.events))


def _how_many(answer: Answer) -> str:
    return say("answer.rows", rows=row_count(answer.table), events=event_names(answer.events))


def _notes(answer: Answer, cells: Grid, shown: int) -> list[str]:
    notes = []
    if shown < len(answer.table.rows) or answer.table.truncated:
        rows, held = row_count(answer.table), len(answer.table.rows)
        if answer.table.truncated:
            notes.append(say("answer.first_rows_cut", n=shown, rows=rows, held=held))
        else:
            notes.append(say("answer.first_rows", n=shown, rows=rows))
    if cells.left_out:
        total = len(cells.headers) + cells.left_out
        notes.append(say("answer.first_columns", n=len(cells.headers), total=total))
    return notes


def _small_notes(answer: Answer, cells: Grid, shown: int) -> list[Block]:
    return [small(note) for note in _notes(answer, cells, shown)]
