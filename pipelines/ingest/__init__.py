"""Files in, canonical tables out: door → cast → accept, flag, refuse → gate → partitions → promote."""

from pipelines.ingest.ledger import delivered, synthetic
from pipelines.ingest.report import IngestReport, TableReport
from pipelines.ingest.run import ingest

__all__ = ["IngestReport", "TableReport", "delivered", "ingest", "synthetic"]
