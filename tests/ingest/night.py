"""A HOME in a temporary folder, and what a test asks of it."""

from datetime import date
from pathlib import Path

import pyarrow.parquet as pq

from core.schema import TABLES
from core.settings import load_settings
from pipelines.ingest import IngestReport, ingest
from pipelines.ingest.quarantine import read
from pipelines.warehouse import Warehouse, digests


class Night:
    """Runs intakes on one HOME and reads what they left."""

    def __init__(self, folder: Path, engine, **settings):
        self.home = folder / "home"
        self.engine = engine
        overrides = {"engine": engine.name, "privacy": "plain"} | settings
        self.settings = load_settings(overrides=overrides, environment={})
        self.warehouse = Warehouse(self.home)
        self.runs = 0

    def take_in(
        self, landing: Path, day: str = "2026-06-30", source: str | None = None, run_id: str | None = None
    ) -> IngestReport:
        """One intake, under a new run unless one is named."""
        self.runs += 1
        run_id = run_id or f"run{self.runs}"
        return ingest(
            engine=self.engine,
            warehouse=self.warehouse,
            run_folder=self.home / "runs" / run_id,
            landing=landing,
            source=source,
            as_of=date.fromisoformat(day),
            settings=self.settings,
            run_id=run_id,
        )

    def rows(self, table: str) -> list[dict]:
        """All rows of a warehouse table."""
        found = [
            row for file in self.warehouse.files(TABLES[table]) for row in pq.read_table(file).to_pylist()
        ]
        return sorted(found, key=lambda row: tuple(str(row[key]) for key in TABLES[table].key))

    def quarantined(self, table: str) -> list[dict]:
        """Refused rows of a table, by file and row."""
        found = read(self.home, table)
        rows = found[table].to_pylist() if found else []
        return sorted(rows, key=lambda row: (row["source_file"], row["source_row"]))

    def digests(self) -> dict[str, str]:
        """Digest per table and unit of the whole warehouse."""
        found = {}
        for name in sorted(path.name for path in (self.home / "warehouse").iterdir()):
            files = self.warehouse.files(TABLES[name])
            if files:
                self.engine.register("digested", parquet=files)
                found[name] = (
                    digests(self.engine, TABLES[name], "digested")[""]
                    if self.engine.count("digested")
                    else ""
                )
        return found
