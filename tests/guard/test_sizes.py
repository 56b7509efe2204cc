"""What a literal can make much of, measured by its form."""

from __future__ import annotations

from math import inf

import pytest

from bot.domain import Code
from bot.guard import sizes
from bot.guard.parse import parse
from bot.guard.refusals import Refused
from tests.guard.trees import arguments, value


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        ("'a'", "a"),
        ("'a'::text", "a"),
        ("date '2026-05-01'", "2026-05-01"),
        ("''", ""),
        ("1", None),
        ("1::text", None),
        ("NULL", None),
        ("name", None),
        ("'a' || 'b'", None),
    ],
)
def test_a_text_is_read_through_its_casts(sql: str, text: str | None) -> None:
    """A literal text, cast or not, and nothing else."""
    assert sizes.string(value(sql)) == text


@pytest.mark.parametrize(
    ("sql", "number"),
    [
        ("5", 5),
        ("-5", -5),
        ("2 + 3", 5),
        ("2 - 3 + 7", 6),
        ("2 * 3", None),
        ("2 + seed", None),
        ("seed - 2", None),
        ("+ seed", None),
        ("+ (1 + 1)", None),
        ("'5'", None),
        ("5.0", None),
        ("5::int", None),
        ("NULL", None),
    ],
)
def test_an_integer_is_a_literal_or_a_sum(sql: str, number: int | None) -> None:
    """Literal integers, added and subtracted."""
    assert sizes.integer(value(sql)) == number


@pytest.mark.parametrize(
    ("sql", "number"),
    [("1.5", 1.5), ("5", 5), ("2147483648", 2147483648), ("'1.5'", None), ("seed", None)],
)
def test_a_number_may_have_a_point(sql: str, number: float | None) -> None:
    """Literal numbers of either kind."""
    assert sizes.number(value(sql)) == number


@pytest.mark.parametrize(
    ("sql", "characters"),
    [
        ("'abc'", 3),
        ("1.5", 3),
        ("1e300", 305),
        ("'1e50 2E+7'", 66),
        ("1e-300", 306),
        ("'1e12345678'", 1_234_577),
        ("7", 0),
        ("NULL", 0),
    ],
)
def test_an_exponent_is_written_out(sql: str, characters: int) -> None:
    """A number with an exponent may become as many digits as it says."""
    assert sizes.written_out(value(sql)) == characters


@pytest.mark.parametrize(
    ("sql", "bound"),
    [
        ("5", 5),
        ("LEAST(seed, 50)", 50),
        ("LEAST(50, seed, 20)", 20),
        ("LEAST(seed, final_placement)", None),
        ("LEAST(seed % 7, seed)", None),
        ("GREATEST(3, LEAST(seed, 9))", 9),
        ("GREATEST(seed, 3)", None),
        ("seed % 7", 7),
        ("seed % -7", 7),
        ("7 % seed", None),
        ("seed / 7", None),
        ("(seed % 7)::int2", 7),
        ("(seed % 7)::int", 7),
        ("(seed % 7)::int8", 7),
        ("(seed % 7)::numeric", None),
        ("seed", None),
    ],
)
def test_a_form_bounds_its_value(sql: str, bound: int | None) -> None:
    """LEAST, GREATEST and a remainder are bounded by the literals in them."""
    assert sizes.most(value(sql)) == bound


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("1, 10", 10),
        ("3, 10", 8),
        ("10, 1, -1", 10),
        ("1, 11, 5", 3),
        ("1, 10, 0", inf),
        ("1", inf),
        ("1, 2, 3, 4", inf),
        ("1, seed", inf),
        ("1, 10, seed", inf),
        ("'2026-05-01', '2026-05-02', '1 hour'", 73),
        ("' 2026-05-02 ', '2026-05-01', '1 hour'", 73),
        ("'2026-05-01T00:00+12:00', '2026-05-02', '1 hour'", 73),
        ("'2026-05-01', '2026-05-02'", inf),
        ("'2026-05-01', '2026-05-02', '0 hours'", inf),
        ("'2026-05-01', '2026-05-02', 'a while'", inf),
        ("'2026-05-01', 'tomorrow', '1 hour'", inf),
        ("'2026-05-01', now(), '1 hour'", inf),
    ],
)
def test_the_rows_of_a_series_are_counted(sql: str, rows: float) -> None:
    """By literal numbers; by literal times with two days to spare, for time zones."""
    assert sizes.series_rows(arguments(sql)) == rows


@pytest.mark.parametrize(
    ("text", "seconds", "days"),
    [
        ("1 minute", 60, 0),
        ("90 minutes", 5_400, 0),
        ("48 hours", 172_800, 0),
        (" 1 Day ", 86_400, 1),
        ("2weeks", 1_209_600, 14),
        ("1 month", 2_419_200, 28),
        ("1 year", 31_536_000, 365),
        ("9999 days", 863_913_600, 9_999),
        ("10000 days", 0, 0),
        ("1 fortnight", 0, 0),
        ("1 day 2 hours", 0, 0),
        ("", 0, 0),
    ],
)
def test_an_interval_lasts_at_least(text: str, seconds: int, days: float) -> None:
    """One number and one unit; a step of hours is none of days."""
    assert (sizes.seconds(text), sizes.days(text)) == (seconds, days)


@pytest.mark.parametrize(
    ("sql", "small"),
    [
        ("10000", True),
        ("-10000", True),
        ("10001", False),
        ("-10001", False),
        ("date '1900-01-01'", True),
        ("' 2200-12-31T23:59 '", True),
        ("'1899-12-31'", False),
        ("'2201-01-01'", False),
        ("'soon'", False),
        ("''", False),
        ("seed", False),
    ],
)
def test_a_small_literal(sql: str, *, small: bool) -> None:
    """A number up to ten thousand or a day of these centuries."""
    assert sizes.is_small(value(sql)) is small


TAKEN = [
    "repeat('ab', 100)",
    "repeat('', 9999)",
    "lpad(name, 200)",
    "rpad(name, LEAST(seed, 50), '*')",
    "format('%s %I %L %% %1$s %12$-20s %10s')",
    "format('two\nlines')",
    "regexp_replace(name, 'a+', 'b')",
    "regexp_count(name)",
    "substring(name)",
    "substring(name, 2)",
    "substring(name, 'a.')",
    "substring(name, seed * 2)",
    "substring(name, seed - 2)",
    "substr(name, char_length(name))",
    "substr(name, length(name))",
    "substr(name, strpos(name, 'a'))",
    "upper(name, '(a+)+')",
]
BEYOND = [
    "repeat('ab', 101)",
    "repeat(name, 2)",
    "repeat('x', seed)",
    "repeat()",
    "lpad(name, 201)",
    "rpad(name, seed)",
    "lpad(name)",
    "format('%100s')",
    "format('%123$s')",
    "format('%d')",
    "format('%*s')",
    "format(name)",
    "format()",
]
SLOW = [
    "regexp_replace(name, '(a+)+', 'b')",
    "regexp_split_to_table(name, division)",
    "substring(name, '(a+)+')",
    "substr(name, division)",
    "substring(name, seed ^ 2)",
]


@pytest.mark.parametrize("sql", TAKEN)
def test_a_call_within_its_rule(sql: str) -> None:
    """A width, count, template or pattern that a literal bounds is taken."""
    call = value(sql)
    sizes.check_call(call.funcname[-1].sval, call.args or ())


@pytest.mark.parametrize(
    ("sql", "code"),
    [(sql, Code.TOO_COMPLEX) for sql in BEYOND] + [(sql, Code.FORBIDDEN_SYNTAX) for sql in SLOW],
)
def test_a_call_beyond_its_rule(sql: str, code: Code) -> None:
    """What no literal bounds is refused, and says that it is too much or too slow."""
    call = value(sql)
    with pytest.raises(Refused) as refused:
        sizes.check_call(call.funcname[-1].sval, call.args or ())
    assert refused.value.code is code


@pytest.mark.parametrize(
    ("pattern", "quick"),
    [
        ("abc", True),
        ("a" * 100, True),
        ("a" * 101, False),
        ("(?i)abc", True),
        ("a(?i)bc", False),
        ("(?:ab)+c", True),
        ("(ab)*(cd)+", True),
        ("(a+)+", False),
        ("((ab)+)*", False),
        ("(a|b?)+", False),
        ("(ab){2}", False),
        ("[)(+*]+x", True),
        ("[^]]+[]x]*", True),
        (r"\d+\.\(", True),
        (r"(a)\1", False),
        ("\\", False),
        ("a(?=b)", False),
        ("a(?!b)", False),
        ("***=a", False),
        ("a{99}b{99}c{2}", True),
        ("a{99}b{50,52}", False),
        ("a{200}", True),
        ("a{201}", False),
    ],
)
def test_a_pattern_is_quick_or_refused(pattern: str, *, quick: bool) -> None:
    """No look-around, no back-reference, no repeats in repeats, no long counts."""
    node = value(f"'{pattern}'")
    if quick:
        sizes.check_pattern(node)
    else:
        with pytest.raises(Refused) as refused:
            sizes.check_pattern(node)
        assert refused.value.code is Code.FORBIDDEN_SYNTAX


def test_similar_is_read_as_its_pattern() -> None:
    """SIMILAR TO wraps its pattern in a function, which is looked through; no other is."""
    sizes.check_pattern(value("similar_to_escape('a%')"))
    for sql in ("similar_to_escape(name)", "similar_to_escape()", "upper('a')", "name"):
        with pytest.raises(Refused):
            sizes.check_pattern(value(sql))


@pytest.mark.parametrize(
    ("groups", "taken"),
    [
        ("a, b, c", True),
        ("CUBE (a, b, c, d, e, f)", True),
        ("CUBE (a, b, c, d, e, f, g)", False),
        ("ROLLUP (a, b, c), CUBE (d, e, f, g)", True),
        ("ROLLUP (a, b, c, d), CUBE (e, f, g, h)", False),
        ("GROUPING SETS (CUBE (a, b), CUBE (c, d)), CUBE (e, f, g)", True),
        ("GROUPING SETS (CUBE (a, b), CUBE (c, d), ()), CUBE (e, f, g)", False),
        ("GROUPING SETS (a, b), GROUPING SETS (c, ()), CUBE (d, e, f, g)", True),
        ("GROUPING SETS (a, b), GROUPING SETS (c, (), d), CUBE (d, e, f, g)", False),
        ("(), CUBE (a, b, c, d, e, f)", True),
    ],
)
def test_grouping_sets_multiply(groups: str, *, taken: bool) -> None:
    """Sixty-four ways to group, however they are written."""
    items = parse(f"SELECT 1 FROM t GROUP BY {groups}").groupClause
    if taken:
        sizes.check_grouping(items)
    else:
        with pytest.raises(Refused) as refused:
            sizes.check_grouping(items)
        assert refused.value.code is Code.TOO_COMPLEX
