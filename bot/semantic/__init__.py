"""The semantic model: what a question may be about, and how that is read from the database.

load(path)                  the model of a YAML file, checked
fences(model, tables)       the tables as SQL cut to the bound events
used_columns(nodes, …)      the columns of them that a statement can reach
directory_sql(model)        the events that a channel can be bound to
schema_prompt(model, …)     what a language model is told
check_catalog(model, …)     is everything there that the file speaks of?
harden_sql(model, role)     grants and row-level security for the database role
hardened(model)             what that leaves of each table, to compare with what is there
"""

from bot.semantic.check import check_catalog
from bot.semantic.compile import directory_sql
from bot.semantic.conditions import same_condition
from bot.semantic.errors import SemanticModelError
from bot.semantic.fences import fences
from bot.semantic.harden import MIGHTY, Hardened, harden_sql, hardened, policy_names
from bot.semantic.load import load
from bot.semantic.model import (
    Example,
    Fence,
    SemanticColumn,
    SemanticModel,
    SemanticTable,
    Term,
    Vague,
    VerifiedQuestion,
)
from bot.semantic.prompt import schema_prompt
from bot.semantic.used import used_columns

__all__ = [
    "MIGHTY",
    "Example",
    "Fence",
    "Hardened",
    "SemanticColumn",
    "SemanticModel",
    "SemanticModelError",
    "SemanticTable",
    "Term",
    "Vague",
    "VerifiedQuestion",
    "check_catalog",
    "directory_sql",
    "fences",
    "harden_sql",
    "hardened",
    "load",
    "policy_names",
    "same_condition",
    "schema_prompt",
    "used_columns",
]
