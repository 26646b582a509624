"""What became of leads: a file of decisions → HOME/warehouse/outcome, from which the ranker learns.

The file is CSV with a header: lead_id, confirmed (是/否, 1/0, yes/no, true/false; empty while the case is open), and where
known subgroup (kind of place) and grade (planted leads). Whether a lead had been drawn by hash, and with what chance,
stands in its own reasons. A later file replaces what an earlier one said of a lead.
"""

import csv
import hashlib
import io
import json
from pathlib import Path

import pandas as pd

from core.errors import Refused, UsageError
from fundguard.casework.text_file import decoded
from models.outcomes import outcome_files, outcome_folder

WORDS = {
    **dict.fromkeys(("1", "是", "yes", "true", "查实"), True),
    **dict.fromkeys(("0", "否", "no", "false", "未查实"), False),
    "": None,
}


def take_in(home: Path, file: Path) -> dict[str, int]:
    """Counts of leads read, confirmed, not confirmed, open. Refused names the row that cannot be read."""
    if not file.is_file():
        raise UsageError(f"--in [{file}] is no file: name the CSV of decisions")
    drawn = _drawn(home)
    rows = []
    reader = csv.DictReader(io.StringIO(decoded(file), newline=""))
    if not {"lead_id", "confirmed"} <= set(reader.fieldnames or ()):
        raise Refused(f"{file.name}: columns [{reader.fieldnames}]: lead_id and confirmed are needed")
    for n, row in enumerate(reader, start=1):
        lead, word = (row["lead_id"] or "").strip(), (row["confirmed"] or "").strip().lower()
        if lead not in drawn:
            raise Refused(
                f"{file.name} row {n}: no night has listed lead [{lead}]: copy the id from the list"
            )
        if word not in WORDS:
            raise Refused(f"{file.name} row {n}: confirmed [{word}]: write 是 or 否, or nothing while open")
        grade = (row.get("grade") or "").strip()
        if grade not in ("", "1", "2", "3", "4", "5"):
            raise Refused(f"{file.name} row {n}: grade [{grade}]: write 1 to 5, or nothing")
        rows.append(
            {
                "lead_id": lead,
                "confirmed": WORDS[word],
                "drawn": drawn[lead] is not None,
                "propensity": drawn[lead] or 1.0,
                "grade": float(grade) if grade else None,
                "subgroup": row.get("subgroup") or None,
            }
        )
    folder = outcome_folder(home)
    folder.mkdir(parents=True, exist_ok=True)
    content = hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()[:12]
    there = outcome_files(home)
    # Files are read in order of their names, so the later one has the last word; the same file again adds nothing.
    if not there or not there[-1].stem.endswith(content):
        table = pd.DataFrame(
            rows, columns=["lead_id", "confirmed", "drawn", "propensity", "grade", "subgroup"]
        )
        types = {"confirmed": "boolean", "grade": "Float64", "subgroup": "string"}
        table.astype(types).to_parquet(folder / f"{len(there):06d}-{content}.parquet")
    said = [row["confirmed"] for row in rows]
    return {
        "leads": len(said),
        "confirmed": said.count(True),
        "not_confirmed": said.count(False),
        "open": said.count(None),
    }


def _drawn(home: Path) -> dict[str, float | None]:
    """Every lead listed so far: the chance it had been drawn with, None where it stood there for its rank."""
    found: dict[str, float | None] = {}
    for night in sorted((home / "warehouse" / "lead").glob("run_date=*/*.parquet")):
        rows = pd.read_parquet(night, columns=["lead_id", "reasons"])
        for lead, text in zip(rows["lead_id"], rows["reasons"], strict=True):
            chances = [float(r["propensity"]) for r in json.loads(text or "[]") if "propensity" in r]
            found[lead] = chances[0] / 100 if chances else None
    return found
