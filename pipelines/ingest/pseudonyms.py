"""Identities become tokens at the door: `in_token` (plain, token) over the distinct values of tonight."""

from core.privacy import Keys
from core.schema import Table
from pipelines.ingest.intake import Intake


def register_tokens(intake: Intake, tables: list[Table], keys: Keys) -> None:
    """Keep `in_token`. Each distinct value is hashed once, however many million rows carry it."""
    intake.engine.register("in_key", arrow=keys.pads())
    values = [
        f"SELECT {column.name} AS plain FROM in_typed_{table.name}"
        for table in tables
        for column in table.pseudonyms
    ] or ["SELECT CAST(NULL AS STRING) AS plain"]
    intake.keep(
        "in_token",
        "SELECT p.plain, keyed_hash(p.plain, k.inner_pad, k.outer_pad) AS token FROM "
        f"(SELECT DISTINCT plain FROM ({' UNION ALL '.join(values)}) AS every WHERE plain IS NOT NULL) AS p "
        "CROSS JOIN in_key AS k",
    )
