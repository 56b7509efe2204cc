"""What FROM may leave out in DuckDB: LATERAL, and the names of columns of VALUES and range()."""

from __future__ import annotations

from sqlglot import exp


def laterals(select: exp.Select) -> None:
    """A subquery in FROM may name the tables before it without LATERAL."""
    clause = select.args.get("from_")
    before = {clause.this.alias_or_name.lower()} if clause else set()
    for join in select.args.get("joins") or ():
        item = join.this
        if isinstance(item, exp.Subquery) and item.alias and _names(item, before):
            inner = exp.Subquery(this=item.this.copy())
            item.replace(exp.Lateral(this=inner, alias=item.args["alias"].copy()))
        before.add(item.alias_or_name.lower())


def _names(item: exp.Subquery, before: set[str]) -> bool:
    """Whether `item` names one of `before` that nothing in it is called."""
    own = {source.alias_or_name.lower() for source in item.this.find_all(exp.Table, exp.Subquery)}
    return any(column.table.lower() in before - own for column in item.this.find_all(exp.Column))


def column_names(source: exp.Expr) -> None:
    """Name the columns of VALUES or of a series in FROM as DuckDB does."""
    if isinstance(source, exp.Values):
        _value_names(source)
    elif isinstance(source.parent, exp.Table) and source.args.get("is_end_exclusive"):
        _range_name(source.parent)


def _value_names(values: exp.Values) -> None:
    """The columns of VALUES are col0, col1 and so on, where nothing else is said."""
    alias = values.args.get("alias")
    holder: exp.Expr = values
    if isinstance(values.parent, exp.Subquery):
        holder, alias = values.parent, values.parent.args.get("alias")
    if not isinstance(holder.parent, exp.From | exp.Join) or (alias and alias.columns):
        return
    first = values.expressions[0]
    width = len(first.expressions) if isinstance(first, exp.Tuple) else 1
    columns = [exp.to_identifier(f"col{number}") for number in range(width)]
    name = alias.this.copy() if alias and alias.this else exp.to_identifier("valueslist")
    holder.set("alias", exp.TableAlias(this=name, columns=columns))


def _range_name(table: exp.Table) -> None:
    """`range` is the column of range(), which can also be called as its table is."""
    alias = table.args.get("alias")
    said = any(column.name.lower() == "range" for column in table.root().find_all(exp.Column))
    if said and not (alias and alias.columns):
        name = exp.to_identifier(table.alias or "range")
        table.set("alias", exp.TableAlias(this=name, columns=[exp.to_identifier("range")]))
