"""How many values of columns the result of one call may be made of."""

from __future__ import annotations

import pytest

from bot.domain import Code
from bot.guard.copies import called
from bot.guard.refusals import Refused
from tests.guard.trees import value


def copies(sql: str, each: tuple[float, ...]) -> float:
    """What `called` says of a call whose arguments hold so many values each."""
    call = value(sql)
    arguments = call.args or ()
    parts = {id(argument): n for argument, n in zip(arguments, each, strict=True)}
    return called(call.funcname[-1].sval, arguments, parts)


@pytest.mark.parametrize(
    ("sql", "each", "made"),
    [
        ("concat(a, b)", (3, 4), 14),
        ("jsonb_pretty(a)", (5,), 10),
        ("upper(a)", (9,), 1),
        ("max(a)", (900,), 1),
        ("replace(a, b, 'xyz')", (2, 1, 1), 5),
        ("replace(a, b, c)", (2, 1, 3), 600),
        ("replace(a, b)", (2, 1), 1),
        ("regexp_replace(a, b, 'x', 'g')", (2, 1, 1, 1), 3),
        ("array_to_string(a, ', ')", (5, 1), 10),
        ("array_to_string(a, ', ', '-')", (5, 1, 1), 17.5),
        ("array_to_string(a, b)", (5, 2), 1_000),
        ("array_to_string(a)", (5,), 1),
        ("format('%s and %s', a, b)", (1, 2, 3), 18),
        ("format('x', a)", (1, 4), 8),
        ("lpad(a, 3)", (9, 1), 2),
        ("rpad(a, 3)", (9, 1), 2),
        ("repeat('*', 3)", (1, 1), 2),
        ("power(a, 3)", (2, 1), 6),
        ("power(a, -3)", (2, 1), 6),
        ("power(a, 0)", (2, 1), 2),
        ("power(a, 0.5)", (2, 1), 2),
        ("power(a, 50)", (2, 1), 100),
        ("power(a, 51)", (2, 1), 1_000),
        ("pow(a, -51)", (2, 1), 1_000),
        ("pow(a, seed)", (2, 1), 1_000),
        ("pow(a)", (2,), 1),
        ("exp(a)", (1,), 30),
        ("lcm(a, b)", (2, 3), 5),
        ("round(a)", (2,), 1),
        ("round(a, 50)", (2, 1), 1),
        ("round(a, -51)", (2, 1), 1_000),
        ("trunc(a, seed)", (2, 1), 1_000),
        ("array_agg(a)", (50,), 1),
        ("string_agg(a, b)", (50, 50), 1),
        ("json_agg()", (), 1),
    ],
)
def test_a_call_is_made_of_its_arguments(sql: str, each: tuple[float, ...], made: float) -> None:
    """Joining adds, replacing multiplies, quoting doubles; most functions give one value."""
    assert copies(sql, each) == made


@pytest.mark.parametrize(
    ("sql", "each"),
    [
        ("array_agg(a)", (51,)),
        ("string_agg(a, b)", (1, 51)),
        ("jsonb_object_agg_unique_strict(a, b)", (51, 1)),
    ],
)
def test_long_texts_are_not_gathered(sql: str, each: tuple[float, ...]) -> None:
    """An aggregate that keeps its values takes long ones from no row."""
    with pytest.raises(Refused) as refused:
        copies(sql, each)
    assert refused.value.code is Code.TOO_COMPLEX
    assert f"{sql.partition('(')[0]}() of long texts" in refused.value.message
