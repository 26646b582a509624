"""The truth files: what was planted (scheme, event) and what only looks like it (lookalike)."""

import csv
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from fundguard.synthetic.columnar import DAY, Array
from fundguard.synthetic.plan import Plan
from fundguard.synthetic.registers import PERSON, doctor_codes, place_codes

SCHEME = [
    "scheme_id",
    "scheme",
    "grade",
    "party_type",
    "party_id",
    "role",
    "period_from",
    "period_to",
    "fund_amt",
]
EVENT = ["scheme_id", "setl_id", "bkkp_sn", "vola_amt"]
NEAR = ["rule_code", "setl_id", "bkkp_sn", "pitfall"]
LOOKALIKE = ["kind", "party_type", "party_id"]


def write(folder: Path, plan: Plan, events: list[dict[str, Array]], near: list[dict[str, Array]]) -> int:
    """Writes scheme, event, lookalike and near_miss; gives the number of schemes that left at least one event.

    An event without a line number is a whole settlement. A scheme that found no room in the simulated
    days (it left no event) is not written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    merged = {name: np.concatenate([part[name] for part in events]) for name in events[0]}
    order = np.lexsort((merged["line"], merged["setl"], merged["tag"]))
    merged = {name: column[order] for name, column in merged.items()}
    places, doctors = place_codes(plan.city), doctor_codes(plan.city)

    def identifier(party_type: str, position: int) -> str:
        if party_type == "person":
            return str(PERSON + position)
        return doctors[position] if party_type == "doctor" else places[position]

    schemes, happened = [], set()
    for scheme in plan.schemes:
        mine = merged["tag"] == scheme.tag
        if not mine.any() or not scheme.parties:
            continue
        happened.add(scheme.tag)
        period = (_day(int(merged["begin"][mine].min())), _day(int(merged["end"][mine].max())))
        fund = f"{int(merged['fund'][mine].sum()) / 100:.2f}"
        for party_type, position, role in scheme.parties:
            row = (
                _name(scheme.tag),
                scheme.scheme,
                scheme.grade,
                party_type,
                identifier(party_type, position),
                role,
            )
            schemes.append((*row, *period, fund))
    _write(folder / "scheme.csv", SCHEME, schemes)
    _write(
        folder / "event.csv",
        EVENT,
        (
            (_name(int(tag)), int(setl), "" if line < 0 else int(line), f"{int(amount) / 100:.2f}")
            for tag, setl, line, amount in zip(
                merged["tag"], merged["setl"], merged["line"], merged["amount"], strict=True
            )
            if int(tag) in happened
        ),
    )
    accused = {(kind, position) for s in plan.schemes if s.tag in happened for kind, position, _ in s.parties}
    rows = sorted({row for row in plan.lookalikes if (row[1], row[2]) not in accused})
    _write(folder / "lookalike.csv", LOOKALIKE, ((k, t, identifier(t, p)) for k, t, p in rows))
    code = {scheme.tag: scheme.scheme.removeprefix("rule:") for scheme in plan.schemes}
    missed = sorted(
        (code[int(tag)], int(setl), "" if line < 0 else str(int(line)), plan.side.pitfalls[int(pitfall)])
        for part in near
        for tag, setl, line, pitfall in zip(
            part["tag"], part["setl"], part["line"], part["pitfall"], strict=True
        )
    )
    _write(folder / "near_miss.csv", NEAR, missed)
    return len(happened)


def _name(tag: int) -> str:
    return f"S{tag + 1:05d}"


def _day(second: int) -> str:
    return (date(1970, 1, 1) + timedelta(days=second // DAY)).isoformat()


def _write(path: Path, header: list[str], rows: Iterable[tuple[Any, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
