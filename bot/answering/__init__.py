"""What happens to a question, from its text to an answer or a refusal. Nothing else decides that.

`pipeline.py` is the way itself; the files beside it hold one step each.
"""

from bot.answering.directory import Directory
from bot.answering.drafting import Drafting
from bot.answering.followup import worth_taking
from bot.answering.models import TRIALS, ModelAdmin
from bot.answering.pipeline import Answering, Status
from bot.answering.prompt import prompt_maker
from bot.answering.text import check as text_fault
from bot.answering.verified import approve

__all__ = [
    "TRIALS",
    "Answering",
    "Directory",
    "Drafting",
    "ModelAdmin",
    "Status",
    "approve",
    "prompt_maker",
    "text_fault",
    "worth_taking",
]
