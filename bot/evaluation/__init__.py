"""Execution accuracy: how often the whole pipeline's rows are those of a gold query.

`cases` reads what is asked, `compare` decides whether two results are the same, `run` asks, and
`report` says what came of it. The cache is off, so that every question is drafted anew.
"""

from bot.evaluation.cases import Case, CasesError, read_cases
from bot.evaluation.report import Report, report
from bot.evaluation.run import Judged, Verdict, evaluate

__all__ = ["Case", "CasesError", "Judged", "Report", "Verdict", "evaluate", "read_cases", "report"]
