"""The closed SQL subset, in two levels; a linter that refuses the rest and says what to use.

*Predicate* (a rule's `when`): columns, literals, comparisons, AND OR NOT, IN, BETWEEN, IS NULL, + −,
COALESCE, CASE and our named functions. *Relation* (features, jobs): also SELECT, joins, UNION ALL,
DISTINCT, GROUP BY with SUM COUNT MIN MAX, and windows. Everything else differs between engines
somewhere (measured), so it lives in a named function or nowhere.
"""

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError

from core.sql.functions import FUNCTIONS


class SubsetError(ValueError):
    """SQL outside the subset; the message names the construct in brackets and the way out."""


_PREDICATE: tuple[type[exp.Expr], ...] = (
    exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.Paren,
    exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE,
    exp.NullSafeEQ, exp.In, exp.Between, exp.Is, exp.Add, exp.Sub, exp.Neg,
    exp.Coalesce, exp.Case, exp.If, exp.Anonymous,
)  # fmt: skip

_RELATION: tuple[type[exp.Expr], ...] = (
    *_PREDICATE,
    exp.Select, exp.From, exp.Join, exp.Table, exp.TableAlias, exp.Alias, exp.Where, exp.Group,
    exp.Having, exp.Distinct, exp.Union, exp.Subquery, exp.With, exp.CTE, exp.Star,
    exp.Sum, exp.Count, exp.Min, exp.Max, exp.Window, exp.WindowSpec, exp.RowNumber, exp.Lag,
    exp.Lead, exp.Order, exp.Ordered, exp.Exists, exp.Interval, exp.Var, exp.Tuple, exp.Values,
    exp.Limit,
)  # fmt: skip

_HINTS: dict[type[exp.Expr], str] = {
    exp.Div: "use safe_ratio(a, b) or prorate(amount, part, whole)",
    exp.Mul: "use line_amount(cnt, pric) or times(a, b)",
    exp.Cast: "use read_… functions, as_text or as_number; only CAST(NULL AS type) and DATE '…' stay",
    exp.Avg: "use mean(x)",
    exp.Like: "use starts_with_text, contains_text or matches",
    exp.DPipe: "use concat_text(…)",
    exp.Concat: "use concat_text(…); write an apostrophe in a text as \\', not twice",
    exp.CurrentDate: "pass the day in: nothing below the command line knows the time",
}

_JOINS = {("", ""), ("", "INNER"), ("LEFT", ""), ("LEFT", "SEMI"), ("LEFT", "ANTI"), ("", "SEMI"),
          ("", "ANTI"), ("", "CROSS")}  # fmt: skip


def parse(text: str, *, where: str) -> exp.Expr:
    """The tree of canonical (Spark) SQL; SubsetError when it does not parse."""
    try:
        return sqlglot.parse_one(text, read="spark")
    except ParseError as error:
        detail = error.errors[0]["description"] if error.errors else str(error).splitlines()[0]
        raise SubsetError(f"{where}: not SQL: {detail} in [{_short(text)}]") from None


def lint_predicate(text: str, *, where: str) -> exp.Expr:
    """Parse a predicate and refuse what is outside the predicate level."""
    return _lint(parse(text, where=where), _PREDICATE, where=where, aggregates=False)


def lint_relation(text: str, *, where: str) -> exp.Expr:
    """Parse a relation and refuse what is outside the relation level."""
    return _lint(parse(text, where=where), _RELATION, where=where, aggregates=True)


def _lint(tree: exp.Expr, allowed: tuple[type[exp.Expr], ...], *, where: str, aggregates: bool) -> exp.Expr:
    for node in tree.walk():
        if isinstance(node, exp.Anonymous):
            function = FUNCTIONS.get(node.name.lower())
            if function is None:
                raise SubsetError(
                    f"{where}: unknown function [{node.name}]; the named functions stand in "
                    "core/sql/functions.py"
                )
            if function.aggregate and not aggregates:
                raise SubsetError(f"{where}: aggregate [{node.name}] has no place in a predicate")
        elif isinstance(node, exp.Cast):
            null_or_date = isinstance(node.this, exp.Null) or (
                isinstance(node.this, exp.Literal) and node.to.is_type("date", "timestamp_ntz")
            )
            if not null_or_date:
                raise SubsetError(f"{where}: [{_short(node.sql('spark'))}]: {_HINTS[exp.Cast]}")
        elif isinstance(node, exp.DataType | exp.DataTypeParam):
            continue
        elif isinstance(node, exp.Join):
            kind = (node.side or "", node.kind or "")
            if kind not in _JOINS:
                raise SubsetError(
                    f"{where}: join [{' '.join(filter(None, kind))}]: use INNER, LEFT, SEMI or ANTI"
                )
        elif isinstance(node, exp.Union) and node.args.get("distinct"):
            raise SubsetError(f"{where}: [UNION] drops rows silently: use UNION ALL or DISTINCT")
        elif isinstance(node, exp.Count) and _inside_window(node) and node.find(exp.Distinct):
            raise SubsetError(f"{where}: [COUNT(DISTINCT) OVER] is refused by Spark")
        elif not isinstance(node, allowed):
            hint = _HINTS.get(type(node), "outside the subset; see docs/adr/0003-sql-subset.md")
            raise SubsetError(f"{where}: [{_short(node.sql('spark'))}]: {hint}")
    return tree


def _inside_window(node: exp.Expr) -> bool:
    return isinstance(node.parent, exp.Window)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 80 else line[:77] + "…"
