"""Refused rows again: an orphan whose settlement has come at last, a row that a mended mapping can read.

Replaying marks rows of a file as waiting: the next intake that finds the file in its landing folder reads
exactly those rows and judges them anew. A mended file is another file: it is simply delivered.
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from core.errors import UsageError
from core.schema import LANDING
from pipelines.ingest import quarantine
from pipelines.ingest.ledger import Ledger

REASONS = ("missing", "cast", "duplicate", "superseded", "orphan")
"""What can be read again from the same file; unreadable lines stay what they are."""

_PIECES = 64


def listed(home: Path, table: str | None = None) -> list[dict[str, object]]:
    """Refused rows counted by table, reason, column and file. UsageError: no such table."""
    _known(table)
    found = []
    for name, rows in quarantine.read(home, table).items():
        counted = rows.group_by(["reason", "column", "source_file"]).aggregate([([], "count_all")])
        found += [
            {"table": name, **{("rows" if key == "count_all" else key): value for key, value in row.items()}}
            for row in counted.to_pylist()
        ]
    return sorted(found, key=lambda row: tuple(str(row[key]) for key in ("table", "reason", "column")))


def replay(home: Path, *, table: str | None = None, reason: str = "orphan") -> int:
    """Let the next intake judge refused rows again; how many. UsageError: unknown table or reason.

    The rows leave the quarantine; those refused again come back to it.
    """
    _known(table)
    if reason not in REASONS:
        raise UsageError(
            f"quarantine replay: reason [{reason}] cannot be read again: use one of {list(REASONS)}"
        )
    ledger = Ledger.load(home)
    count = 0
    for name, rows in quarantine.read(home, table).items():
        chosen = rows.filter(pc.equal(rows["reason"], reason))
        for sha256 in pc.unique(chosen["file_hash"]).to_pylist():
            known = ledger.known(name, sha256)
            if known is None:
                continue
            places = chosen.filter(pc.equal(chosen["file_hash"], sha256))["source_row"]
            _wait(ledger.left_file(name, sha256), places, also=bool(known["waiting"]))
            known["waiting"] = True
            count += len(places)
            quarantine.forget(home, name, sha256, reason)
    ledger.save()
    return count


def _wait(path: Path, places: pa.ChunkedArray, *, also: bool) -> None:
    # Which of the rows made from a source row was refused is not kept: all of them are judged again, and
    # those already accepted change nothing.
    rows = pa.concat_arrays(
        [chunk for chunk in places.chunks for _ in range(_PIECES)] or [pa.array([], pa.int64())]
    )
    pieces = [place for chunk in places.chunks for place in range(_PIECES) for _ in range(len(chunk))]
    waiting = pa.table({"source_row": rows, "piece": pa.array(pieces, pa.int64())})
    if also and path.is_file():
        waiting = pa.concat_tables([pq.read_table(path), waiting])
    path.parent.mkdir(parents=True, exist_ok=True)
    passing = path.with_suffix(".new")
    pq.write_table(waiting.group_by(["source_row", "piece"]).aggregate([]), passing)
    passing.replace(path)


def _known(table: str | None) -> None:
    if table is not None and table not in LANDING:
        raise UsageError(f"quarantine: table [{table}] is unknown: use one of {sorted(LANDING)}")
