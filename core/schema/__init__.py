"""The canonical tables, declared once.

`landing` holds what comes in (contract of the landing folder), `extensions` the optional tables some rules
need beside it, `ledgers` what the door notes beside it,
`results` what the night writes.
From the same declaration come casts, DDL, JSON Schema, gate suites, generated docs and test rows.
"""

from core.schema.columns import Column, Day, Privacy, Table, Type
from core.schema.extensions import EXTENSIONS
from core.schema.landing import LANDING
from core.schema.ledgers import LEDGERS
from core.schema.results import RESULTS

TABLES: dict[str, Table] = {**LANDING, **LEDGERS, **RESULTS}

__all__ = [
    "EXTENSIONS",
    "LANDING",
    "LEDGERS",
    "RESULTS",
    "TABLES",
    "Column",
    "Day",
    "Privacy",
    "Table",
    "Type",
]
