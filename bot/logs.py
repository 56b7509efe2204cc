"""How the log looks: one line an event, JSON unless a person reads it in a terminal."""

from __future__ import annotations

import logging
import sys

import structlog

from bot import traces


def _with_trace(
    _logger: object, _method: str, line: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    if trace := traces.trace_id():
        line["trace_id"] = trace
    return line


def set_up_logs(level: str) -> None:
    """Write to standard error from this level up. Raises ValueError for an unknown level."""
    number = logging.getLevelNamesMapping().get(level.upper())
    if number is None:
        raise ValueError(f"LOG_LEVEL: {level} is none of DEBUG, INFO, WARNING, ERROR.")
    terminal = sys.stderr.isatty()
    stamped: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        _with_trace,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        *([] if terminal else [structlog.processors.format_exc_info]),
    ]
    # Plain tracebacks: the rich ones print local variables, and with them questions.
    shown: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if terminal
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        processors=[*stamped, shown],
    )
    # Libraries look the same, and speak only when something is wrong.
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *stamped],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, shown],
        )
    )
    logging.basicConfig(level=max(number, logging.WARNING), handlers=[handler])
    # Many fonts have no bold face, which is nothing to tell.
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
