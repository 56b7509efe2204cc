"""Execution accuracy: how often the whole pipeline's rows are those of a gold query.

`cases` reads what is asked, `run` asks, `compare` decides whether two results are the same, and
`elsewhere` asks again where luck and leaks show. `report` counts; `changes` holds two runs side by
side. `drafts` keeps what language models said, for the next run. The bot's own cache is off.
"""

from bot.evaluation.cases import Case, CasesError, Expect, chosen, read_cases
from bot.evaluation.changes import Comparison, compare_runs, read_verdicts, sign_test
from bot.evaluation.drafts import Drafts, read_drafts
from bot.evaluation.elsewhere import Elsewhere, open_elsewhere
from bot.evaluation.report import Report, report
from bot.evaluation.run import evaluate
from bot.evaluation.saved import Saved
from bot.evaluation.shown import show_comparison, show_judged, show_reports
from bot.evaluation.verdicts import Judged, Verdict

__all__ = [
    "Case",
    "CasesError",
    "Comparison",
    "Drafts",
    "Elsewhere",
    "Expect",
    "Judged",
    "Report",
    "Saved",
    "Verdict",
    "chosen",
    "compare_runs",
    "evaluate",
    "open_elsewhere",
    "read_cases",
    "read_drafts",
    "read_verdicts",
    "report",
    "show_comparison",
    "show_judged",
    "show_reports",
    "sign_test",
]
