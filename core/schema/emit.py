"""What else a declaration becomes: the page of tables."""

from collections.abc import Iterable

from core.schema.columns import Table


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
