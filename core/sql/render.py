"""Canonical SQL in, one engine's SQL out: lint, then put each named function's text in its place."""

from functools import lru_cache

from sqlglot import exp

from core.sql.functions import FUNCTIONS
from core.sql.subset import SubsetError, lint_predicate, lint_relation


@lru_cache(maxsize=4096)
def render_predicate(text: str, dialect: str, *, where: str = "predicate") -> str:
    """A predicate as text for `dialect` (duckdb | spark); SubsetError outside the subset."""
    return _render(lint_predicate(text, where=where), dialect, where)


@lru_cache(maxsize=4096)
def render_relation(text: str, dialect: str, *, where: str = "relation") -> str:
    """A relation as text for `dialect` (duckdb | spark); SubsetError outside the subset."""
    return _render(lint_relation(text, where=where), dialect, where)


def _render(tree: exp.Expr, dialect: str, where: str) -> str:
    # The tree is ours alone and thrown away: it is rendered in place, without copies.
    # Innermost first, so that an outer function receives its arguments already rendered.
    calls = [node for node in tree.walk() if isinstance(node, exp.Anonymous)]
    for call in sorted(calls, key=_depth, reverse=True):
        arguments = [argument.sql(dialect=dialect, copy=False) for argument in call.expressions]
        try:
            text = FUNCTIONS[call.name.lower()].text(dialect, arguments)
        except ValueError as error:
            raise SubsetError(f"{where}: {error}") from None
        raw = exp.Var(this=text)
        if call.parent is None:
            return text
        call.replace(raw)
    return tree.sql(dialect=dialect, copy=False)


def _depth(node: exp.Expr) -> int:
    depth = 0
    while node.parent is not None:
        node, depth = node.parent, depth + 1
    return depth
