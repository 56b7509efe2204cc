"""What a statement may be made of. Anything that is not listed here is refused.

Functions and operators are those of `pg_catalog` (the session's search_path is empty, so an
unqualified name can mean no other), chosen by four questions: does it run SQL or code from text
(query_to_xml, jsonpath), read the catalog, the session, the clock beyond now(), other files or the
machine (full-text search reads its configuration), give another result each time, or make much
out of little? A yes keeps it out; `bot.guard.sizes` and `bot.guard.growth` bound the few worth
having all the same. What is left out beside: types that no question needs (XML, geometry, networks,
money, bytes), and JSON's functions that take a path or a list of columns.
"""

from __future__ import annotations

from pglast import ast, enums


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


AGGREGATES = _words(
    """
    any_value array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count covar_pop
    covar_samp every json_agg json_agg_strict json_object_agg json_object_agg_strict
    json_object_agg_unique json_object_agg_unique_strict jsonb_agg jsonb_agg_strict
    jsonb_object_agg jsonb_object_agg_strict jsonb_object_agg_unique
    jsonb_object_agg_unique_strict max min mode percentile_cont percentile_disc range_agg
    range_intersect_agg regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope
    regr_sxx regr_sxy regr_syy stddev stddev_pop stddev_samp string_agg sum var_pop var_samp
    variance
    """
)

WINDOWS = _words(
    """
    cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank
    row_number
    """
)

NUMBERS = _words(
    """
    abs acos acosd acosh asin asind asinh atan atan2 atan2d atand atanh cbrt ceil ceiling cos
    cosd cosh cot cotd degrees div erf erfc exp float4 float8 floor gamma gcd int2 int4 int8
    lcm lgamma ln log log10 min_scale mod numeric pi pow power radians round scale sign sin
    sind sinh sqrt tan tand tanh to_bin to_hex to_number to_oct trim_scale trunc width_bucket
    """
)

TEXTS = _words(
    """
    ascii bit_length btrim casefold char_length character_length chr concat concat_ws format
    initcap is_normalized left length like_escape lower lpad ltrim md5 normalize octet_length
    overlay parse_ident position quote_ident quote_literal quote_nullable regexp_count
    regexp_instr regexp_like regexp_match regexp_matches regexp_replace regexp_split_to_array
    regexp_split_to_table regexp_substr repeat replace reverse right rpad rtrim
    similar_to_escape split_part starts_with strpos substr substring text to_char translate
    unistr upper
    """
)

TIMES = _words(
    """
    age date date_add date_bin date_part date_subtract date_trunc extract isfinite justify_days
    justify_hours justify_interval make_date make_interval make_time make_timestamp
    make_timestamptz now overlaps timezone to_date to_timestamp transaction_timestamp
    """
)

VALUES = _words(
    """
    array_append array_cat array_dims array_length array_lower array_ndims array_position
    array_positions array_prepend array_remove array_replace array_reverse array_sort
    array_to_json array_to_string array_upper cardinality generate_series generate_subscripts
    json_array_elements json_array_elements_text json_array_length json_build_array
    json_build_object json_each json_each_text json_extract_path json_extract_path_text json_object
    json_object_keys json_strip_nulls json_typeof jsonb_array_elements jsonb_array_elements_text
    jsonb_array_length jsonb_build_array jsonb_build_object jsonb_each jsonb_each_text
    jsonb_extract_path jsonb_extract_path_text jsonb_insert jsonb_object jsonb_object_keys
    jsonb_pretty jsonb_set jsonb_strip_nulls jsonb_typeof num_nonnulls num_nulls row_to_json
    string_to_array string_to_table to_json to_jsonb trim_array unnest uuid_extract_timestamp
    uuid_extract_version
    """
)

RANGES = _words(
    """
    daterange int4range int8range isempty lower_inc lower_inf numrange range_merge tsrange
    tstzrange upper_inc upper_inf
    """
)

FUNCTIONS = AGGREGATES | WINDOWS | NUMBERS | TEXTS | TIMES | VALUES | RANGES

FROM_FUNCTIONS: dict[str, tuple[str, ...]] = {
    "generate_series": (),
    "generate_subscripts": (),
    "regexp_split_to_table": (),
    "string_to_table": (),
    "unnest": (),
    "json_array_elements": ("value",),
    "json_array_elements_text": ("value",),
    "json_each": ("key", "value"),
    "json_each_text": ("key", "value"),
    "json_object_keys": (),
    "jsonb_array_elements": ("value",),
    "jsonb_array_elements_text": ("value",),
    "jsonb_each": ("key", "value"),
    "jsonb_each_text": ("key", "value"),
    "jsonb_object_keys": (),
}
"""Functions that may stand in FROM, with their columns; one without gives one of the alias' name.

https://www.postgresql.org/docs/18/functions-json.html#FUNCTIONS-JSON-PROCESSING-TABLE
"""

OPERATORS = _words(
    """
    = <> < <= > >= + - * / % ^ |/ ||/ @ & | # << >> || ^@ ~~ ~~* !~~ !~~* && @> <@ &< &> -|-
    -> ->> #> #>> #- ? ?| ?&
    """
)

REGEX_OPERATORS = frozenset({"~", "~*", "!~", "!~*"})
"""Allowed with a plain pattern only (`bot.guard.sizes`)."""

TYPES = _words(
    """
    bool bpchar date daterange float4 float8 int2 int4 int4range int8 int8range interval json
    jsonb numeric numrange text time timestamp timestamptz timetz tsrange tstzrange uuid varchar
    """
)
"""Types of a cast, by PostgreSQL's own names: `integer` is int4 by the time it is a tree."""

NODES = frozenset(
    {
        ast.A_ArrayExpr,
        ast.A_Const,
        ast.A_Expr,
        ast.A_Indices,
        ast.A_Indirection,
        ast.A_Star,
        ast.Alias,
        ast.BoolExpr,
        ast.Boolean,
        ast.BooleanTest,
        ast.CaseExpr,
        ast.CaseWhen,
        ast.CoalesceExpr,
        ast.CollateClause,
        ast.ColumnRef,
        ast.CommonTableExpr,
        ast.Float,
        ast.FuncCall,
        ast.GroupingFunc,
        ast.GroupingSet,
        ast.Integer,
        ast.JoinExpr,
        ast.JsonAggConstructor,
        ast.JsonArrayAgg,
        ast.JsonArrayConstructor,
        ast.JsonArrayQueryConstructor,
        ast.JsonFormat,
        ast.JsonIsPredicate,
        ast.JsonKeyValue,
        ast.JsonObjectAgg,
        ast.JsonObjectConstructor,
        ast.JsonOutput,
        ast.JsonParseExpr,
        ast.JsonReturning,
        ast.JsonScalarExpr,
        ast.JsonSerializeExpr,
        ast.JsonValueExpr,
        ast.MinMaxExpr,
        ast.NamedArgExpr,
        ast.NullTest,
        ast.RangeFunction,
        ast.RangeSubselect,
        ast.RangeVar,
        ast.ResTarget,
        ast.RowExpr,
        ast.SQLValueFunction,
        ast.SelectStmt,
        ast.SortBy,
        ast.String,
        ast.SubLink,
        ast.TypeCast,
        ast.TypeName,
        ast.WindowDef,
        ast.WithClause,
    }
)

EXPRESSIONS = frozenset(
    {
        enums.A_Expr_Kind.AEXPR_OP,
        enums.A_Expr_Kind.AEXPR_OP_ANY,
        enums.A_Expr_Kind.AEXPR_OP_ALL,
        enums.A_Expr_Kind.AEXPR_DISTINCT,
        enums.A_Expr_Kind.AEXPR_NOT_DISTINCT,
        enums.A_Expr_Kind.AEXPR_NULLIF,
        enums.A_Expr_Kind.AEXPR_IN,
        enums.A_Expr_Kind.AEXPR_LIKE,
        enums.A_Expr_Kind.AEXPR_ILIKE,
        enums.A_Expr_Kind.AEXPR_SIMILAR,
        enums.A_Expr_Kind.AEXPR_BETWEEN,
        enums.A_Expr_Kind.AEXPR_NOT_BETWEEN,
        enums.A_Expr_Kind.AEXPR_BETWEEN_SYM,
        enums.A_Expr_Kind.AEXPR_NOT_BETWEEN_SYM,
    }
)

SUBLINKS = frozenset(
    {
        enums.SubLinkType.EXISTS_SUBLINK,
        enums.SubLinkType.ALL_SUBLINK,
        enums.SubLinkType.ANY_SUBLINK,
        enums.SubLinkType.EXPR_SUBLINK,
        enums.SubLinkType.ARRAY_SUBLINK,
    }
)

VARIADIC = _words("concat concat_ws format num_nonnulls num_nulls")
"""Functions that take the parts of an array for their last arguments."""

COLLATIONS = frozenset({"C", "POSIX", "default", "en-x-icu", "ucs_basic", "und-x-icu", "unicode"})
"""Orders of text that every server has; others would tell what is installed on it."""

VALUE_FUNCTIONS = frozenset(
    {
        enums.SQLValueFunctionOp.SVFOP_CURRENT_DATE,
        enums.SQLValueFunctionOp.SVFOP_CURRENT_TIME,
        enums.SQLValueFunctionOp.SVFOP_CURRENT_TIME_N,
        enums.SQLValueFunctionOp.SVFOP_CURRENT_TIMESTAMP,
        enums.SQLValueFunctionOp.SVFOP_CURRENT_TIMESTAMP_N,
        enums.SQLValueFunctionOp.SVFOP_LOCALTIME,
        enums.SQLValueFunctionOp.SVFOP_LOCALTIME_N,
        enums.SQLValueFunctionOp.SVFOP_LOCALTIMESTAMP,
        enums.SQLValueFunctionOp.SVFOP_LOCALTIMESTAMP_N,
    }
)
"""Times without brackets; the session's user, role, catalog and schema are not among them."""

SPOKEN = {
    ast.LockingClause: "FOR UPDATE or FOR SHARE",
    ast.IntoClause: "SELECT INTO",
    ast.RangeTableSample: "TABLESAMPLE",
    ast.ParamRef: "A parameter such as $1",
    ast.BitString: "A bit string",
    ast.XmlExpr: "XML",
    ast.XmlSerialize: "XML",
    ast.RangeTableFunc: "XMLTABLE",
    ast.CTESearchClause: "SEARCH",
    ast.CTECycleClause: "CYCLE",
    ast.JsonFuncExpr: "JSON_VALUE, JSON_QUERY or JSON_EXISTS",
    ast.JsonTable: "JSON_TABLE",
}
"""What a reader calls a kind of node that is refused; others go by the tree's own name."""

WRITES = frozenset({ast.InsertStmt, ast.UpdateStmt, ast.DeleteStmt, ast.MergeStmt})
