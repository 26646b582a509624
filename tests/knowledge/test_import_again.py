"""Importing the published files again gives the shipped tables, byte for byte."""

import gzip
from pathlib import Path

import pytest

from rules_kb.importer import import_published
from rules_kb.knowledge import FOLDER

SHARED = Path(__file__).parents[3] / "shared" / "data" / "two_libraries"


def content(path):
    raw = path.read_bytes()
    return gzip.decompress(raw) if path.suffix == ".gz" else raw


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the published batches are not beside the project")
def test_import_reproduces_the_shipped_tables(tmp_path):
    report = import_published(
        SHARED / "knowledge_points.json.gz", SHARED / "updates_2026-01.json.gz", SHARED / "sheets", tmp_path
    )
    assert sum(report.codes[str(batch)] for batch in range(1, 9)) == 15_618
    made = sorted(tmp_path.glob("*.csv*"))
    assert len(made) == len(report.rows) == 17
    for path in made:
        assert content(path) == content(FOLDER / path.name), path.name
    again = tmp_path / "reports" / "unread_texts.csv"
    assert again.read_bytes() == (FOLDER / "reports" / "unread_texts.csv").read_bytes()
    # 397 rows of the revision supersede an earlier row of the same drug; of these every kept code names it.
    assert dict(report.dropped)["药品限支付疗程"] == 3
