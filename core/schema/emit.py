"""What else a declaration becomes: DDL, JSON Schema, and the page of tables."""

from collections.abc import Iterable
from typing import Any

from core.schema.columns import Table, Type

_PATTERNS = {
    Type.DATE: {"format": "date"},
    Type.TIME: {"pattern": r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$"},
}


def ddl(table: Table, dialect: str) -> str:
    """CREATE TABLE for `duckdb` or `spark`."""
    columns = ",\n".join(
        f"  {c.name} {getattr(c.type, dialect)}{' NOT NULL' if c.required else ''}" for c in table
    )
    return f"CREATE TABLE {table.name} (\n{columns}\n)"


def json_schema(table: Table) -> dict[str, Any]:
    """JSON Schema (2020-12) of one row."""
    properties: dict[str, Any] = {}
    for column in table:
        about: dict[str, Any] = {
            "title": column.zh,
            "type": column.type.json,
            **_PATTERNS.get(column.type, {}),
        }
        if column.type.decimals is not None:
            about["multipleOf"] = float(f"1e-{column.type.decimals}")
        if column.type is Type.TEXT_LIST:
            about["items"] = {"type": "string"}
        if not column.required:
            about["type"] = [column.type.json, "null"]
        properties[column.name] = about
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"{table.name} {table.zh}",
        "type": "object",
        "properties": properties,
        "required": [column.name for column in table if column.required],
    }


def tables_page(tables: Iterable[Table]) -> str:
    """The page of tables as Markdown: name, 中文, type, unit, dictionary, privacy, of every column."""
    lines = [
        "# Tables",
        "",
        "Generated from `core/schema` by `scripts/make_docs.py`; a test keeps it so. A star marks required.",
    ]
    for table in tables:
        facts = [f"key: {', '.join(table.key)}"]
        if table.day is not None:
            facts.append(f"day: {table.day.label} (date of {table.day.column})")
        if table.parent is not None:
            facts.append(f"parent: {table.parent[1]} by {table.parent[0]}")
        if table.required:
            facts.append("must be in every landing")
        if table.source:
            facts.append(f"source: {table.source}")
        lines += ["", f"## {table.name} {table.zh}", "", "; ".join(facts) + ".", ""]
        lines += ["| column | 中文 | type | unit | dictionary | privacy |", "|---|---|---|---|---|---|"]
        lines += [
            f"| {c.name}{'*' if c.required else ''} | {c.zh} | {c.type.name.lower()} | {c.unit or ''} "
            f"| {c.dictionary or ''} | {c.privacy.value if c.privacy.value != 'plain' else ''} |"
            for c in table
        ]
    return "\n".join(lines) + "\n"
