"""The canonical tables, declared once.

`landing` holds what comes in (contract of the landing folder), `results` what the night writes.
From the same declaration come casts, DDL, JSON Schema, gate suites, generated docs and test rows.
"""

from core.schema.columns import Column, Day, Privacy, Table, Type
from core.schema.landing import LANDING
from core.schema.results import RESULTS

TABLES: dict[str, Table] = {**LANDING, **RESULTS}

__all__ = ["LANDING", "RESULTS", "TABLES", "Column", "Day", "Privacy", "Table", "Type"]
