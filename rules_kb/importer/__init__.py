"""From published attachments to our own tables: restated facts, one row per code, dated."""

from rules_kb.importer.published import ImportReport, import_published

__all__ = ["ImportReport", "import_published"]
