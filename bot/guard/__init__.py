"""The guard: SQL that nobody has checked in, one PostgreSQL query cut to the bound events out.

    guard(sql, dialect, model, events) -> GuardedQuery | Refusal

The way of a statement, one file a step:

    limits     characters, length, tokens and bracket depth, before any parser runs
    translate  DuckDB → PostgreSQL, by sqlglot and rules of our own (`rules`)
    parse      PostgreSQL's own parser: one SELECT, of bounded size
    check      allow-lists (`allowed`): node kinds, functions, types, operators; sizes (`sizes`),
               texts put together (`growth`) and numbers that they spell (`digits`), series and
               `recursion` between `tame` bounds
    names      every table in its scope (`scope`) to what it means; unknown `columns` refused
    mend       a wrong name that can mean one thing only, and all of this again
    dots       no function called as `g.x`
    grouping   GROUP BY of a primary key, as on a real table
    isolate    the query inside its fences, as text
    reread     that text parsed again: fences as compiled, the query as checked, nothing else
"""

from bot.guard.guard import guard

__all__ = ["guard"]
