"""A model file is loaded whole, or refused with one line that names the place of its fault."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.semantic import SemanticModelError, load

Write = Callable[..., Path]


def test_a_good_file_becomes_a_model(small: Write) -> None:
    """Tables, columns, questions and examples arrive as they stand in the file."""
    model = load(small())
    assert (model.name, model.root, model.linked) == ("small", "events", ("teams.name",))
    assert list(model.tables) == ["events", "teams", "grounds", "strongest"]
    teams = model.tables["teams"]
    assert [column.name for column in teams.columns][:3] == ["id", "name", "event_id"]
    assert (teams.key, teams.derived, teams.description) == (("id",), False, "one row per team")
    assert model.tables["strongest"].derived
    assert model.tables["events"].columns[3].samples == ("published",)
    assert model.verified[0].also == ("Number of teams",)
    assert model.examples[0].sql == "SELECT name FROM teams"


def test_a_lookup_has_the_type_of_what_it_looks_up(small: Write) -> None:
    """A looked-up column needs no type of its own in the file."""
    column = load(small()).tables["teams"].column("event")
    assert column is not None
    assert column.type == "text"


def test_the_fingerprint_follows_the_content(small: Write) -> None:
    """The same content gives the same fingerprint, a changed word another."""
    first = load(small()).fingerprint
    assert load(small()).fingerprint == first
    assert load(small("one row per team", "a row per team")).fingerprint != first


FAULTS = {
    "yaml syntax": ("name: small", "name: [small", 2, "not YAML"),
    "top is no mapping": (None, "- a\n- b\n", 1, "the file must be a mapping"),
    "empty file": (None, "", 1, "the file is empty"),
    "a control character": (None, "name: \x07\n", 1, "not YAML"),
    "unknown key at the top": ("linked:", "linkd:", 3, "unknown key 'linkd'"),
    "unknown key in a table": (
        "parent: event_id",
        "parent: event_id\n    colour: red",
        20,
        "unknown key 'colour' in table 'teams'",
    ),
    "a unit of a text": (
        "status: {type: text,",
        "status: {type: text, unit: min,",
        13,
        "the unit of column events.status is for numbers",
    ),
    "unknown key in a column": (
        "source: event_teams,",
        "sauce: event_teams,",
        24,
        "unknown key 'sauce' in column teams.event_id",
    ),
    "unknown key in a question": (
        "also: [Number",
        "likewise: [Number",
        47,
        "unknown key 'likewise' in question 'How many teams?'",
    ),
    "a missing part": ("name: small\n", "", 1, "the file has no name"),
    "an empty part": ("name: small", "name: ''", 1, "name of the file is empty"),
    "a text that is a list": ("name: small", "name: [a]", 1, "name of the file must be a text"),
    "a list that is a text": (
        "examples:\n  - question: Which teams are there?\n    sql: SELECT name FROM teams",
        "examples: none",
        42,
        "examples must be a list",
    ),
    "a table twice": ("  grounds:\n", "  teams:\n", 29, "'teams' occurs twice"),
    "a column twice": ("      slug:", "      id:", 11, "'id' occurs twice in columns"),
    "an upper-case table": ("  strongest:", "  Strongest:", 36, "'Strongest' is no plain"),
    "a reserved table name": ("  strongest:", "  order:", 36, "'order' is no plain"),
    "a column name with a quote": ("slug:", 'sl"ug:', 11, "'sl\"ug' is no plain"),
    "the fences' own name": ("  strongest:", "  own:", 36, "'own' cannot be a table's name"),
    "no columns": (
        "    columns:\n      id: {type: uuid}\n      name: {type: text}\n  strongest",
        "    columns: {}\n  strongest",
        33,
        "table 'grounds' has no columns",
    ),
    "an unknown type": ("slug: {type: text}", "slug: {type: txt}", 11, "the unknown type 'txt'"),
    "no type": ("slug: {type: text}", "slug: {source: x}", 11, "column events.slug has no type"),
    "an unknown root": ("root: events", "root: event", 2, "root is the unknown table 'event'"),
    "another root": ("root: events", "root: teams", 5, "'events' needs a path"),
    "a root without a column that is asked of it": (
        "      name: {type: text}\n      status",
        "      named: {type: text}\n      status",
        5,
        "the root 'events' has no column 'name' of its own",
    ),
    "a root whose key is no uuid or number": (
        "      id: {type: uuid}\n      slug",
        "      id: {type: text}\n      slug",
        10,
        "the key of the root is bigint or integer or uuid",
    ),
    "a root whose key is not id": (
        "key: [id]",
        "key: [slug]",
        5,
        "the key of the root 'events' is",
    ),
    "a root that is derived": (
        "source: tournaments\n    soft_delete: deleted_at",
        "sql: SELECT 1",
        5,
        "'events' is the root and not derived",
    ),
    "a table without a path": ("    parent: event_id\n", "", 16, "needs a path to the event"),
    "two paths": (
        "parent: event_id",
        "parent: event_id\n    used_by: [grounds.id]",
        16,
        "needs a path to the event: parent or used_by",
    ),
    "a path over an unknown column": (
        "parent: event_id",
        "parent: evnt_id",
        16,
        "the parent 'evnt_id' of 'teams' is no column with references",
    ),
    "a path over a column without references": (
        "parent: event_id",
        "parent: name",
        16,
        "the parent 'name' of 'teams' is no column with references",
    ),
    "used by an unknown table": (
        "used_by: [teams.ground_id]",
        "used_by: [team.ground_id]",
        29,
        "used_by of 'grounds' names the unknown column 'team.ground_id'",
    ),
    "used by a column that leads elsewhere": (
        "used_by: [teams.ground_id]",
        "used_by: [teams.event_id]",
        29,
        "'teams.event_id' does not reference 'grounds'",
    ),
    "a path in a circle": (
        "parent: event_id",
        "parent: ground_id",
        16,
        "path to the event: a cycle, teams → grounds → teams",
    ),
    "a reference to an unknown table": (
        "references: events.id",
        "references: event.id",
        24,
        "references the unknown 'event.id'",
    ),
    "a reference to a column that is no key": (
        "ground_teams, references: grounds.id",
        "ground_teams, references: grounds.name",
        27,
        "references 'grounds.name', which is no key",
    ),
    "a lookup through an unknown column": (
        "lookup: ground_id.name",
        "lookup: gound_id.name",
        28,
        "looks up through 'gound_id'",
    ),
    "a lookup of an unknown column": (
        "lookup: ground_id.name",
        "lookup: ground_id.nam",
        28,
        "looks up the unknown column 'grounds.nam'",
    ),
    "a lookup of another type": (
        "{lookup: ground_id.name}",
        "{lookup: ground_id.name, type: integer}",
        28,
        "teams.ground looks up a text",
    ),
    "a derived table over itself, by a lookup": (
        "key: [id]\n    columns:\n      id: {type: uuid}\n      name: {type: text}\n  strongest",
        (
            "key: [id]\n    columns:\n      id: {type: uuid}\n      name: {type: text}\n"
            "      best: {type: text, source: best, references: strongest.team}\n"
            "      strength: {lookup: best.strength}\n  strongest"
        ),
        16,
        "a cycle, teams → grounds → strongest → teams",
    ),
    "both source and lookup": (
        "{lookup: ground_id.name}",
        "{lookup: ground_id.name, source: x}",
        28,
        "has both source and lookup",
    ),
    "an expression that is no SQL": (
        "expression: wins - losses",
        "expression: wins -",
        26,
        "expression of column teams.strength: not SQL",
    ),
    "an expression with a subquery": (
        "expression: wins - losses",
        "expression: (SELECT 1)",
        26,
        "an expression has no subquery",
    ),
    "an expression that ends early": (
        "expression: wins - losses",
        "expression: 1) FROM users WHERE (true",
        26,
        "an expression must be one value",
    ),
    "an expression of two values": (
        "expression: wins - losses",
        "expression: '1), (2'",
        26,
        "an expression must be one value",
    ),
    "an expression with a table's name": (
        "expression: wins - losses",
        "expression: teams.wins",
        26,
        "without a table's name",
    ),
    "an expression with a parameter": (
        "expression: wins - losses",
        "expression: wins - $1",
        26,
        "an expression has no parameter",
    ),
    "a derived table that is no SELECT": (
        "sql: SELECT name AS team, strength FROM teams",
        "sql: DELETE FROM teams --",
        41,
        "sql of table 'strongest': it must be one SELECT",
    ),
    "a derived table with a writing WITH": (
        "sql: SELECT name AS team, strength FROM teams",
        "sql: WITH x AS (DELETE FROM teams RETURNING 1) SELECT name AS team, strength FROM teams",
        41,
        "a WITH that is no SELECT has no place here",
    ),
    "a derived table that locks": (
        "strength DESC LIMIT 1",
        "strength FOR UPDATE",
        41,
        "FOR UPDATE has no place here",
    ),
    "a derived table that writes": (
        "strength FROM teams",
        "strength INTO copy FROM teams",
        41,
        "INTO has no place here",
    ),
    "a derived table over an unknown one": (
        "strength FROM teams",
        "strength FROM users",
        41,
        "unknown table 'users'",
    ),
    "a derived table over a physical one": (
        "strength FROM teams",
        "strength FROM public.teams",
        41,
        "the schema name 'public' has no place here",
    ),
    "a derived table over itself": (
        "strength FROM teams",
        "strength FROM strongest",
        41,
        "unknown table 'strongest'",
    ),
    "a WITH that redefines a table": (
        "sql: SELECT name AS team, strength FROM teams",
        "sql: WITH teams AS (SELECT 1) SELECT name AS team, strength FROM teams",
        41,
        "WITH redefines the table 'teams'",
    ),
    "columns unlike the SELECT": (
        "SELECT name AS team, strength",
        "SELECT name, strength, wins",
        41,
        "differ (declared/selected): team/name, nothing/wins",
    ),
    "a key that is no column": ("key: [team]", "key: [id]", 37, "names the unknown column 'id'"),
    "a linked column that is not there": ("[teams.name]", "[teams.nam]", 3, "'teams.nam'"),
    "a question that is no SELECT": (
        "sql: SELECT count(*) FROM teams",
        "sql: SELECT 1; SELECT 2",
        48,
        "sql of question 'How many teams?': it must be one SELECT",
    ),
    "an example over an unknown table": (
        "sql: SELECT name FROM teams\nverified",
        "sql: SELECT name FROM users\nverified",
        44,
        "sql of example 'Which teams are there?': unknown table 'users'",
    ),
    "a question twice": (
        "also: [Number of teams]",
        'also: ["how many TEAMS?"]',
        46,
        "is asked twice",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_one_line_with_its_place(small: Write, fault: str) -> None:
    """Every kind of fault names the file, the line and what is wrong."""
    old, new, line, what = FAULTS[fault]
    path = small(old or "", new)
    if old is None:
        path.write_text(new)
    with pytest.raises(SemanticModelError) as caught:
        load(path)
    text = str(caught.value)
    assert what in text
    assert text.startswith(f"{path}:{line}: ")
    assert "\n" not in text


def test_a_missing_file_is_a_fault(tmp_path: Path) -> None:
    """A path that leads nowhere is told as such."""
    with pytest.raises(SemanticModelError, match="cannot be read: No such file"):
        load(tmp_path / "none.yml")


def test_a_file_that_is_no_text_is_a_fault(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 are told as such."""
    path = tmp_path / "bytes.yml"
    path.write_bytes(b"name: \xff\xfe")
    with pytest.raises(SemanticModelError, match="is not UTF-8"):
        load(path)
