"""From published attachments to our own tables: restated facts, one row per code, dated."""

from rules_kb.importer.published import ImportReport, import_published
from rules_kb.importer.verify import VerifyReport, verify

__all__ = ["ImportReport", "VerifyReport", "import_published", "verify"]
