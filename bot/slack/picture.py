"""A chart as a PNG, for workspaces without Slack's own: readable on a phone, in light and in dark.

Drawn by matplotlib, which takes a second to import: so only here, and only when a chart is wanted.
Text uses whatever fonts of the list the machine has; a name in a script that none of them has is
shown by its number.
"""

from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.slack.render.chart import Chart, ChartKind

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FONTS = (
    "Noto Sans",
    "DejaVu Sans",
    "Noto Sans CJK JP",
    "WenQuanYi Micro Hei",
    "Noto Sans Arabic",
    "Noto Sans Hebrew",
    "Noto Sans Devanagari",
    "Noto Sans Thai",
)
"""Tried in this order for each letter; matplotlib brings the second, our image the rest but one."""

_WIDTH, _DPI = 5.2, 150  # 780 pixels: twice a phone's 390
_PAPER, _INK, _SOFT = "#f6f5f1", "#22302a", "#5d665f"
_COLOURS = ("#17694f", "#c1622d", "#2a6fb0", "#8c4a9e", "#8a6d0b", "#b8405e")

_one_at_a_time = threading.Lock()  # matplotlib's font cache is no place for two threads


async def picture(chart: Chart) -> bytes:
    """The PNG. Drawn in a thread, so that clicks are taken meanwhile."""
    return await asyncio.to_thread(draw, chart)


def draw(chart: Chart) -> bytes:
    """The PNG of a chart, 780 pixels wide."""
    with _one_at_a_time:
        from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - slow to import
        from matplotlib.figure import Figure  # noqa: PLC0415

        families, known = _fonts()
        labels = [_drawable(name, known) or f"{n}." for n, name in enumerate(chart.categories, 1)]
        names = [_drawable(each.name, known) or f"{n}." for n, each in enumerate(chart.series, 1)]
        figure = Figure(figsize=(_WIDTH, _height(chart)), dpi=_DPI, layout="constrained")
        figure.set_facecolor(_PAPER)
        axes = figure.add_subplot()
        axes.set_facecolor(_PAPER)
        {ChartKind.BAR: _bars, ChartKind.LINE: _lines, ChartKind.PIE: _pie}[chart.kind](
            axes, chart, labels
        )
        if len(names) > 1:
            axes.legend(names, frameon=False, labelcolor=_INK)
        title = _drawable(chart.title, known)
        axes.set_title(title, loc="left", color=_INK, fontweight="bold", fontsize=12)
        _letter(figure, families)
        target = io.BytesIO()
        FigureCanvasAgg(figure).print_png(target)  # type: ignore[no-untyped-call]
        return target.getvalue()


def _height(chart: Chart) -> float:
    if chart.kind is ChartKind.BAR:
        return 0.9 + 0.36 * len(chart.categories)
    return 3.4


def _bars(axes: Axes, chart: Chart, labels: Sequence[str]) -> None:
    """Names at the left, each bar's number at its end, the first row at the top."""
    places = range(len(labels))
    drawn = axes.barh(places, chart.series[0].values, color=_COLOURS[0], height=0.72)
    axes.set_yticks(places, labels)
    axes.invert_yaxis()
    axes.bar_label(drawn, chart.texts, padding=4, color=_INK)
    axes.margins(x=0.14)
    axes.set_xticks([])
    axes.tick_params(length=0, colors=_INK)
    axes.spines[:].set_visible(False)
    axes.axvline(0, color=_SOFT, linewidth=1)


def _lines(axes: Axes, chart: Chart, labels: Sequence[str]) -> None:
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415 - slow to import

    for number, each in enumerate(chart.series):
        dots = "o" if len(labels) <= 40 else None
        axes.plot(each.values, color=_COLOURS[number], linewidth=2.4, marker=dots, markersize=5)
    # At most four moments: more would touch each other on a phone.
    step = max(1, -(-len(labels) // 4))
    axes.set_xticks(range(0, len(labels), step), labels[::step])
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=_whole(chart)))
    axes.grid(axis="y", color="#dedad0")
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(_SOFT)
    axes.tick_params(length=0, colors=_INK)


def _pie(axes: Axes, chart: Chart, labels: Sequence[str]) -> None:
    named = [f"{name} · {text}" for name, text in zip(labels, chart.texts, strict=True)]
    slices = axes.pie(
        chart.series[0].values,
        colors=_COLOURS,
        startangle=90,
        counterclock=False,
        wedgeprops={"edgecolor": _PAPER, "linewidth": 2},
    )
    # Beside the pie, since long names do not fit around it.
    axes.legend(
        slices[0], named, loc="center left", bbox_to_anchor=(1, 0.5), frameon=False, labelcolor=_INK
    )


def _whole(chart: Chart) -> bool:
    return all(value.is_integer() for each in chart.series for value in each.values)


def _letter(figure: Figure, families: Sequence[str]) -> None:
    from matplotlib.text import Text  # noqa: PLC0415 - slow to import

    for text in figure.findobj(Text):
        if isinstance(text, Text):
            text.set_fontfamily(list(families))
            text.set_parse_math(False)  # a dollar in a name is a dollar
            if text.get_fontweight() != "bold":
                text.set_fontsize(11)


def _fonts() -> tuple[list[str], set[int]]:
    """The fonts of the list that are here, and all the characters that they have."""
    from matplotlib.font_manager import fontManager, get_font  # noqa: PLC0415 - slow to import

    here = {entry.name: entry.fname for entry in fontManager.ttflist if entry.style == "normal"}
    families = [name for name in FONTS if name in here]
    known: set[int] = set()
    for name in families:
        known.update(get_font(here[name]).get_charmap())
    return families, known


def _drawable(text: str, known: set[int]) -> str:
    return " ".join("".join(c for c in text if ord(c) in known).split())
