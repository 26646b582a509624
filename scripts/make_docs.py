"""Write the generated pages of docs/: tables, named functions, features."""

from pathlib import Path

from core.schema import TABLES
from core.schema.emit import tables_page
from core.sql.functions import FUNCTIONS
from features import features

DOCS = Path(__file__).resolve().parent.parent / "docs"


def functions_page() -> str:
    """The named SQL functions as Markdown."""
    lines = ["# Named SQL functions", "", "Truth tables: `tests/spec/functions.yaml`.", ""]
    lines += ["| function | says |", "|---|---|"]
    lines += [f"| `{name}` | {function.says.replace('|', '/')} |" for name, function in FUNCTIONS.items()]
    return "\n".join(lines) + "\n"


def features_page() -> str:
    """The features as Markdown."""
    lines = ["# Features", "", "| feature | one row is | key | reads |", "|---|---|---|---|"]
    lines += [
        f"| `{name}` | {f.says.replace('|', '/')} | {', '.join(f.key)} | {', '.join(f.reads)} |"
        for name, f in sorted(features().items())
    ]
    return "\n".join(lines) + "\n"


PAGES = {
    "tables.md": lambda: tables_page(TABLES.values()),
    "functions.md": functions_page,
    "features.md": features_page,
}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
        print(f"docs/{name}")
