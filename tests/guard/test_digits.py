"""Numbers that a text may spell: a short text, and a number of 131,072 digits."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.domain import Code, GuardedQuery, Refusal

Guarding = Callable[..., GuardedQuery | Refusal]

SPELLED = [
    "SELECT string_agg((('1e' || '131071')::numeric + seed)::text, '') FROM teams",
    "SELECT array_agg(('1e' || '131071')::numeric + 1) FROM teams",
    "SELECT jsonb_agg(('1e' || '131071')::jsonb) FROM teams",
    "SELECT json_agg(x::numeric) FROM (SELECT '1e' || '131071' AS x FROM teams) t",
    "SELECT json_agg(v::numeric) FROM (SELECT concat('1e', '131071') FROM teams) t(v)",
    (
        "SELECT json_agg(v::numeric) FROM (SELECT 1 AS v UNION ALL SELECT '1e' || '131071' "
        "FROM teams) t"
    ),
    "SELECT json_agg(concat::numeric) FROM (SELECT concat('1e', '131071') FROM teams) t",
    (
        "SELECT json_agg(coalesce::numeric) FROM (SELECT coalesce(NULL, '1e' || '131071') FROM "
        "teams) t"
    ),
    (
        "SELECT json_agg(upper::numeric) FROM (SELECT CASE WHEN seed > 1 THEN '1e' || '9' "
        "ELSE upper('') END FROM teams) t"
    ),
    "SELECT json_agg(text::numeric) FROM (SELECT ('1e' || '131071')::text FROM teams) t",
    "SELECT string_agg(to_hex(504565873)::numeric::text, '') FROM players",
    "SELECT array_agg(substring(id::text FROM '[0-9]e[0-9]{5}')::numeric) FROM players",
    "SELECT array_agg(left(name, 8)::numeric) FROM players",
    "SELECT array_agg(name::numeric) FROM players",
    "SELECT array_agg(\"numeric\"('1e' || '131071')) FROM players",
    "SELECT jsonb_agg(to_jsonb(JSON('1e' || '131071'))) FROM players",
    "SELECT jsonb_agg(JSON_ARRAY('1e' || '131071' FORMAT JSON RETURNING jsonb)) FROM players",
    "SELECT array_agg(('[1,' || '1e131071]')::numrange) FROM players",
    "SELECT array_agg(('{1e' || '131071}')::numeric[]) FROM players",
    "SELECT array_agg(('1e' || '131071')::numeric(1000)) FROM players",
    "SELECT array_agg(u::numeric) FROM players, unnest(ARRAY['1e' || '131071']) AS u",
    "SELECT array_agg(column1::numeric) FROM (VALUES ('1e' || '131071')) v, players",
    "WITH t(a) AS (SELECT '1e' || '131071') SELECT array_agg(a::numeric) FROM t, players",
    "SELECT ('1e' || '131071')::numeric::text || ('1e' || '131071')::numeric::text",
    "SELECT array_agg((SELECT '1e' || '131071')::numeric) FROM players",
    "SELECT array_agg((ARRAY['1e' || '131071'])[1]::numeric) FROM players",
    "SELECT array_agg(CASE WHEN true THEN '1e' || '131071' END::numeric) FROM players",
    "SELECT array_agg(max(name)::numeric) OVER () FROM players GROUP BY id",
    "SELECT array_agg((to_jsonb(p) ->> 'name')::numeric) FROM players p",
    (
        "WITH RECURSIVE t(n, s) AS (SELECT 1, '1e' || '131071' UNION ALL SELECT n + 1, s FROM "
        "t WHERE n < 10) SELECT array_agg(s::numeric) FROM t"
    ),
]
SHORT = [
    "SELECT json_agg(wins::numeric / NULLIF(played, 0)) FROM standings",
    (
        "SELECT string_agg(round(avg::numeric, 2)::text, ', ') FROM (SELECT avg(goals_for) AS "
        "avg FROM team_games GROUP BY team) t"
    ),
    "SELECT sum(substring(name FROM '[0-9]+')::numeric) FROM teams",
    "SELECT jsonb_agg(row_to_json(s)::jsonb) FROM standings s",
    (
        "SELECT json_agg(json_build_object('label', label, 'r', round(g::numeric / 2, 1))) "
        "FROM (SELECT team || ' (' || division || ')' AS label, sum(goals) AS g FROM "
        "player_stats GROUP BY team, division) x"
    ),
    "SELECT array_agg(regexp_replace(name, '[^0-9]', '', 'g')::numeric(10, 2)) FROM teams",
    "SELECT array_agg(n::numeric) FROM generate_series(1, 5) AS n",
    "SELECT string_agg((SELECT max(points) FROM standings)::numeric::text, '') FROM teams",
    "SELECT json_agg((CASE WHEN wins > 3 THEN 1.5 ELSE wins END)::numeric) FROM standings",
    (
        "SELECT concat(round(percentile_cont(0.5) WITHIN GROUP (ORDER BY total)::numeric, 1), "
        "' of 20') FROM spirit_scores"
    ),
    "SELECT NULLIF(regexp_replace(name, '\\D', '', 'g'), '')::numeric + 1 FROM teams",
    "SELECT string_agg(COALESCE(spirit_average, 0)::numeric::text, ',') FROM standings",
]


@pytest.mark.parametrize("sql", SPELLED)
def test_a_number_read_from_a_text_is_not_gathered(guarded: Guarding, sql: str) -> None:
    """However the text came about, and by whatever name it is read, the number counts as long."""
    found = guarded(sql)
    assert isinstance(found, Refusal)
    assert found.code is Code.TOO_COMPLEX


@pytest.mark.parametrize("sql", SHORT)
def test_what_is_a_number_already_stays_short(guarded: Guarding, sql: str) -> None:
    """Casts of numbers, numbers of bounded precision, and long ones that stay alone are taken."""
    found = guarded(sql)
    assert isinstance(found, GuardedQuery), found.message
