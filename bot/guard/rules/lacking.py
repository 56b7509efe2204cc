"""Functions of DuckDB without a form in PostgreSQL here, so that a refusal can say so."""

from __future__ import annotations

LACKING = frozenset(
    """
    aggregate apply approx_quantile approx_top_k arg_max arg_max_null arg_min arg_min_null
    array_distinct array_filter array_slice array_sort bar bit_length bitstring_agg columns
    damerau_levenshtein date_from_parts entropy epoch_ns epoch_us favg first flatten fsum gcd
    generate_subscripts grade_up hamming hash histogram is_nan isinf isnan jaccard
    jaro_similarity jaro_winkler_similarity kurtosis last lcm levenshtein list_aggregate
    list_cosine_similarity list_distinct list_filter list_reduce list_resize list_reverse
    list_slice list_sort list_transform list_zip mad map map_entries map_from_entries map_keys
    map_values nextafter printf product quantile reduce regexp_extract_all
    reservoir_quantile row sem skewness sort_array split strptime struct struct_extract
    struct_insert struct_pack transform try_strptime unpivot yearweek
    """.split()  # noqa: SIM905  a table of words reads better than a column of quotes
)
"""By the names that sqlglot gives them. What has a rule and still is there was used oddly."""
