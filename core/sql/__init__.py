"""One text, two engines: the closed SQL subset, our named functions, and the rendering of both."""

from core.sql.render import render_predicate, render_relation
from core.sql.subset import SubsetError, lint_predicate, lint_relation

__all__ = [
    "SubsetError",
    "lint_predicate",
    "lint_relation",
    "render_predicate",
    "render_relation",
]
