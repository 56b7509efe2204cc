"""What `grammar` puts columns and small values into; some forms fail, depending on the value.

`{plain}` is a column of the form's own kind, `{number}` and `{text}` are columns of these,
`{numbers}` and `{texts}` expressions; `{near}` is a small number, `{word}` a literal.
"""

NUMBER, TEXT, BOOLEAN, TIME, UUID = "number", "text", "boolean", "time", "uuid"

CONDITIONS = (
    "{number} {sign} {near}",
    "{text} {sign} {word}",
    "{text} LIKE {word}",
    "{text} ILIKE {word}",
    "{text} IS NULL",
    "{text} IS NOT NULL",
    "{texts} IS DISTINCT FROM {text}",
    "{numbers} > {number}",
    "{numbers} < {near}",
    "({number}, {text}) >= (2, 'M')",
    "CASE WHEN {text} > 'M' THEN 1 / ({number} - 1) ELSE 1 END = 1",
    "({text} = {word} OR true)",
)

AGGREGATES = (
    "count(*)",
    "count(DISTINCT {text})",
    "sum({number})",
    "min({text})",
    "max({number})",
    "string_agg({text}, ',' ORDER BY {text})",
    "percentile_cont(0.5) WITHIN GROUP (ORDER BY {number})",
    "bool_or({condition})",
    "count({number})",
)
"""Aggregates whose value does not depend on the order of rows."""

EXPRESSIONS = {
    NUMBER: (
        "{plain} + 1",
        "10 / ({plain} - {near})",
        "({plain} % {near})",
        "{plain} * 1000000000",
        "length({text})",
        "substring({text} FROM '[0-9]+')::int",
        "({text})::int",
        "coalesce({plain}, {near})",
        "nullif({plain}, {near})",
    ),
    TEXT: (
        "upper({plain})",
        "left({plain}, {near})",
        "left({plain}, {number}::int)",
        "{plain} || {text}",
        "substring({plain}, {number}::int - {near}, {number}::int - {near})",
        "CASE WHEN {number} > {near} THEN {plain} ELSE {text} END",
        "coalesce({plain}, 'none')",
        "{number}::text",
    ),
    BOOLEAN: ("{plain} IS TRUE", "{number} > {near}", "{text} < 'M'", "({text})::boolean"),
    TIME: (
        "{plain} + interval '1 day'",
        "date_trunc('day', {plain})",
        "({text})::timestamptz",
        "coalesce({plain}, timestamptz '2026-01-01 00:00+00')",
    ),
}
