"""How each family of language models wants to be asked: the prompt's shape and its SQL dialect.

A profile is chosen by the model's name. Whatever the shape, the part that is the same for every
question (instructions, schema, examples) comes first and is byte-identical from question to
question, so that the server finds it in its prefix cache; what varies comes last.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.domain import Dialect
from bot.llm.extract import REFUSAL
from bot.llm.protocol import ModelRequest


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is told about one question.

    `schema` and `examples` (question, SQL) never vary; `notes` (today, linked names) and
    `question` do. `failed` is the earlier SQL and what was wrong with it, for a repair. `similar`
    are examples near to this question, nearest last; only instruct models are shown them. `bare`
    puts schema and question into one text and nothing else, to measure what the rest is worth.
    `previous` is the question, with its SQL, that this one goes on from.
    `retrieved` are more tables, chosen for this question where not all of them fit.
    """

    schema: str
    examples: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    question: str
    failed: tuple[str, str] | None = None
    similar: tuple[tuple[str, str], ...] = ()
    bare: bool = False
    previous: tuple[str, str] | None = None
    retrieved: str = ""


@dataclass(frozen=True, slots=True)
class Options:
    """How to generate. `num_ctx` and `num_predict` in tokens, `keep_alive` as Ollama writes it."""

    temperature: float = 0.2
    top_p: float = 0.9
    num_ctx: int = 4096
    num_predict: int = 512
    keep_alive: str = "24h"
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """A family of models. `words` gives the endpoint and the fields that hold the prompt."""

    name: str
    dialect: Dialect
    words: Callable[[Prompt], tuple[str, dict[str, Any]]]

    def request(self, model: str, prompt: Prompt, options: Options) -> ModelRequest:
        """What to ask the server for `prompt`."""
        path, words = (_bare if prompt.bare else self.words)(prompt)
        settings: dict[str, Any] = {
            "temperature": options.temperature,
            "top_p": options.top_p,
            "num_ctx": options.num_ctx,
            "num_predict": options.num_predict,
            # SQL repeats names: with Ollama's own 1.1 small models write other names instead.
            "repeat_penalty": 1.0,
        }
        if options.seed is not None:
            settings["seed"] = options.seed
        body = {
            "model": model,
            **words,
            "options": settings,
            "keep_alive": options.keep_alive,
            # An error is better than a prompt that was cut in silence; old servers ignore it.
            "truncate": False,
        }
        return ModelRequest(path, body)


def profile_for(model: str) -> Profile:
    """The profile for a model's name: its family's own, or the one for instruct models."""
    name = model.rpartition("/")[2].lower()
    return next((profile for stem, profile in _FAMILIES if name.startswith(stem)), _INSTRUCT)


def prompt_version(model: str) -> str:
    """Changes whenever the wording for `model` does: for keys of caches that hold its SQL."""
    probe = Prompt(
        "schema",
        (("example", "SELECT 1"),),
        ("note",),
        "question",
        ("SELECT 2", "bad"),
        (("near", "SELECT 3"),),
        previous=("before", "SELECT 4"),
        retrieved="retrieved",
    )
    path, words = profile_for(model).words(probe)
    return hashlib.sha256(f"{path}{sorted(words.items())}".encode()).hexdigest()[:12]


_RULES = f"""\
You write one PostgreSQL SELECT statement that answers a question about the tables below.
- Use only these tables and columns, spelled exactly as written.
- Select names that people can read rather than ids.
- If the tables hold nothing to answer the question from, answer {REFUSAL} and nothing else.
- Answer with the SQL alone, without explanation."""

# What a model sees when it should have answered that the question is not about the data.
_STRANGER = ("What will the weather be like tomorrow?", REFUSAL)


def _instruct(prompt: Prompt) -> tuple[str, dict[str, Any]]:
    """Examples as earlier turns, which small models follow better than a list in the system text.

    So are the notes: before the question itself they make a small model use them for everything
    (a date in every WHERE).
    """
    # Alone, the one example of a refusal teaches a small model to refuse everything.
    turns = [*prompt.examples, _STRANGER] if prompt.examples else []
    if prompt.retrieved:
        turns.append((f"There are these tables too:\n{prompt.retrieved}", "OK"))
    if prompt.notes:
        turns.append(("\n".join(prompt.notes), "OK"))
    turns += prompt.similar
    last = prompt.question
    if prompt.previous is not None:
        turns.append(prompt.previous)
        last = f"Change that query: {last}"
    if prompt.failed is not None:
        sql, complaint = prompt.failed
        turns.append((last, sql))
        last = f"{complaint}\nWrite the corrected SQL."
    messages = [{"role": "system", "content": f"{_RULES}\n\n{prompt.schema}"}]
    for asked, answered in turns:
        messages.append({"role": "user", "content": asked})
        messages.append({"role": "assistant", "content": answered})
    messages.append({"role": "user", "content": last})
    return "/api/chat", {"messages": messages}


def _bare(prompt: Prompt) -> tuple[str, dict[str, Any]]:
    text = (
        f"{_both(prompt)}\n\nWrite a SQL query that answers this question: {prompt.question}\n"
        "Return only SQL."
    )
    return "/api/generate", {"prompt": text}


def _duckdb_nsql(prompt: Prompt) -> tuple[str, dict[str, Any]]:
    """The form that the model was trained on: the schema in `system`, the question in `prompt`."""
    told = "Here is the database schema that the SQL query will run on:"
    system = f"{told}\n{prompt.schema}\n{_as_comments(prompt)}{_more(prompt)}"
    return "/api/generate", {"system": system, "prompt": _asked(prompt) + _failed(prompt)}


def _sqlcoder(prompt: Prompt) -> tuple[str, dict[str, Any]]:
    """The form of sqlcoder's model card, with the schema moved before the question."""
    text = (
        "### Task\n"
        "Generate a SQL query to answer the question at the end.\n\n"
        "### Database Schema\n"
        f"The query will run on a database with the following schema:\n{prompt.schema}\n"
        f"{_as_comments(prompt)}{_more(prompt)}\n"
        f"### Question\n{_asked(prompt)}{_failed(prompt)}\n\n"
        "### SQL\n"
        "[SQL]\n"
    )
    return "/api/generate", {"prompt": text, "raw": True}


def _asked(prompt: Prompt) -> str:
    if prompt.previous is None:
        return "\n".join((*prompt.notes, prompt.question))
    asked, sql = prompt.previous
    before = f"{asked}\n{sql}\nChange that query: "
    return "\n".join((*prompt.notes, before + prompt.question))


def _both(prompt: Prompt) -> str:
    return "\n".join(part for part in (prompt.schema, prompt.retrieved) if part)


def _more(prompt: Prompt) -> str:
    return f"\n{prompt.retrieved}\n" if prompt.retrieved else ""


def _as_comments(prompt: Prompt) -> str:
    return "".join(f"\n-- {question}\n{sql};\n" for question, sql in prompt.examples)


def _failed(prompt: Prompt) -> str:
    if prompt.failed is None:
        return ""
    sql, complaint = prompt.failed
    return f"\nThis query is wrong:\n{sql}\n{complaint}\nWrite the corrected query."


_FAMILIES = (
    ("duckdb-nsql", Profile("duckdb-nsql", Dialect.DUCKDB, _duckdb_nsql)),
    ("sqlcoder", Profile("sqlcoder", Dialect.POSTGRES, _sqlcoder)),
)
_INSTRUCT = Profile("instruct", Dialect.POSTGRES, _instruct)
