"""HOME/quarantine/<table>/*.parquet: one row per refused row, with its original text; added once."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from core.schema.ledgers import quarantine as QUARANTINE
from pipelines.ingest.intake import IDS, Intake, on
from pipelines.ingest.supply import Supply


def folder(home: Path, table: str) -> Path:
    """Where a table's refused rows lie."""
    return home / "quarantine" / table


def write(intake: Intake, one: Supply, refused: int) -> int:
    """Write tonight's refused rows that are not there yet; how many were added."""
    name = one.table.name
    target = folder(intake.home, name)
    if refused == 0:
        return 0
    parts = []
    if intake.engine.count(f"in_out_{name}"):
        raws = " UNION ALL ".join(
            f"SELECT {', '.join(f'r.{c}' for c in IDS)}, {raw} AS raw FROM {relation} AS r "
            f"LEFT SEMI JOIN in_out_{name} AS o ON {on('r', 'o')}"
            for relation, _, raw in one.groups
        )
        parts.append(
            "SELECT f.source_file, f.file_hash, o.source_row, o.reason, o.bad_column, o.bad_value, w.raw "
            f"FROM in_out_{name} AS o JOIN in_files AS f ON f.file_no = o.file_no "
            f"JOIN ({raws}) AS w ON {on('w', 'o')}"
        )
    if one.unreadable:
        intake.engine.register(f"in_unreadable_{name}", parquet=one.unreadable)
        parts.append(
            "SELECT f.source_file, f.file_hash, u.source_row, 'unreadable' AS reason, "
            "CAST(NULL AS STRING) AS bad_column, u.value AS bad_value, u.raw "
            f"FROM in_unreadable_{name} AS u JOIN in_files AS f ON f.source_file = u.source_file"
        )
    known = ""
    existing = sorted(target.glob("*.parquet"))
    if existing:
        intake.engine.register(f"in_quarantined_{name}", parquet=existing)
        known = (
            f" LEFT ANTI JOIN in_quarantined_{name} AS k ON k.file_hash = q.file_hash "
            "AND k.source_row = q.source_row AND k.reason = q.reason"
        )
    added = intake.keep(
        f"in_quarantine_{name}",
        f"SELECT '{intake.run_id}' AS run_id, q.source_file, q.file_hash, q.source_row, q.reason, "
        f"q.bad_column AS `column`, q.bad_value AS value, q.raw FROM ({' UNION ALL '.join(parts)}) AS q{known}",
    )
    if added:
        staged = intake.folder / "quarantine" / name
        intake.engine.write(f"in_quarantine_{name}", staged, table=QUARANTINE)
        # Original texts hold identities: for the owner's eyes only.
        target.mkdir(parents=True, exist_ok=True)
        target.parent.chmod(0o700)
        for place, file in enumerate(sorted(staged.glob("*.parquet"))):
            file.chmod(0o600)
            file.rename(target / f"{intake.run_id}-{place}.parquet")
    return added


def read(home: Path, table: str | None = None) -> dict[str, pa.Table]:
    """Refused rows by table."""
    root = home / "quarantine"
    tables = [table] if table else sorted(p.name for p in root.glob("*")) if root.is_dir() else []
    found = {}
    for name in tables:
        files = sorted(folder(home, name).glob("*.parquet"))
        if files:
            found[name] = pa.concat_tables([pq.read_table(file) for file in files])
    return found


def forget(home: Path, table: str, sha256: str, reason: str) -> None:
    """Take the rows of one file and reason out of a table's quarantine: they are judged again."""
    for path in sorted(folder(home, table).glob("*.parquet")):
        rows = pq.read_table(path)
        out = pc.and_(pc.equal(rows["file_hash"], sha256), pc.equal(rows["reason"], reason))
        if pc.any(out).as_py():
            passing = path.with_suffix(".new")
            pq.write_table(rows.filter(pc.invert(out)), passing)
            passing.chmod(0o600)
            passing.replace(path)
