"""Identities become tokens at the door: `in_token` (plain, token) over the distinct values of tonight."""

from core.privacy import Keys
from core.schema import Table
from core.vault import Vault
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


def fill_vault(intake: Intake, tables: list[Table], keys: Keys) -> int:
    """Put tonight's identities into the vault, by 256 buckets; how many were new.

    Only values the vault may not have yet are read: dimensions and the columns that landed tonight.
    """
    vault = Vault(intake.home, keys)
    kinds = " UNION ALL ".join(
        f"SELECT DISTINCT '{column.name}' AS kind, {column.name} AS plain FROM in_typed_{table.name} "
        f"WHERE {column.name} IS NOT NULL"
        for table in tables
        for column in table.pseudonyms
    )
    if not kinds:
        return 0
    intake.keep(
        "in_identity",
        f"SELECT DISTINCT k.kind, t.token, k.plain, part_of_text(t.token, 1, 1) AS part FROM ({kinds}) AS k "
        "JOIN in_token AS t ON t.plain = k.plain",
    )
    return sum(
        vault.add(intake.engine.run(f"SELECT kind, token, plain FROM in_identity WHERE part = '{part}'"))
        for part in "0123456789abcdef"
    )
