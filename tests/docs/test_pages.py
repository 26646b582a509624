"""Generated pages are what the code says now; every setting has its line."""

import importlib.util
from pathlib import Path

import pytest

from core.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
SPEC = importlib.util.spec_from_file_location("make_docs", ROOT / "scripts" / "make_docs.py")
make_docs = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(make_docs)


@pytest.mark.parametrize("name", sorted(make_docs.PAGES))
def test_generated_page_is_current(name):
    written = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert written == make_docs.PAGES[name](), "run .venv/bin/python scripts/make_docs.py"


def names(model, prefix=""):
    for name, field in model.model_fields.items():
        inner = field.annotation
        if hasattr(inner, "model_fields"):
            yield from names(inner, f"{prefix}{name}.")
        else:
            yield prefix + name


def test_every_setting_has_a_line():
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert [name for name in names(Settings) if f"`{name}`" not in page] == []
