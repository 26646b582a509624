"""Schemes: which evidence speaks for which, how far to trust it, what a lead asks for (`schemes.yaml`)."""

from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from core.yaml_text import read_yaml

PARTIES = ("institution", "pharmacy", "doctor", "person")
FILE = Path(__file__).with_name("schemes.yaml")


@cache
def schemes() -> dict[str, Any]:
    """The file as it stands: schemes, rules, rings, models."""
    loaded: dict[str, Any] = read_yaml(FILE.read_text(encoding="utf-8"))
    return loaded


def families() -> tuple[str, ...]:
    """Every family of evidence a lead's reasons may name."""
    all_ = schemes()
    named = [row.get("family", "ring") for row in all_["rings"].values()]
    named += [row["family"] for row in all_["models"].values()]
    return ("rule", *sorted(set(named)))


def relations() -> dict[str, pa.Table]:
    """The relations `lead_scheme`, `lead_rule`, `lead_kind` and `lead_model` that the lead features read."""
    all_ = schemes()
    text, number = pa.string(), pa.float64()
    return {
        "lead_scheme": _table(
            [
                {
                    **{k: row[k] for k in ("basis", "route", "collect_zh", "collect_en")},
                    "scheme": name,
                    "title": row["zh"],
                    "hours": float(row["hours"]),
                }
                for name, row in all_["schemes"].items()
            ],
            scheme=text,
            title=text,
            basis=text,
            route=text,
            collect_zh=text,
            collect_en=text,
            hours=number,
        ),
        "lead_rule": _table(
            [{"rule_code": code, **row} for code, row in all_["rules"].items()],
            rule_code=text,
            scheme=text,
            precision=number,
        ),
        "lead_kind": _table(
            [
                {
                    **{k: row[k] for k in ("precision", "zh", "en")},
                    "kind": kind,
                    "family": row.get("family", "ring"),
                    "party_type": party,
                    "scheme": row[party],
                }
                for kind, row in all_["rings"].items()
                for party in PARTIES
                if party in row
            ],
            kind=text,
            family=text,
            party_type=text,
            scheme=text,
            precision=number,
            zh=text,
            en=text,
        ),
        "lead_model": _table(
            [
                {
                    "model": model,
                    "party_type": party,
                    "family": row["family"],
                    "scheme": row.get(party, row["scheme"]),
                    "precision": row["precision"],
                    "own": float(row.get("own", 0)),
                    "zh": row["zh"],
                    "en": row["en"],
                }
                for model, row in all_["models"].items()
                for party in PARTIES
            ],
            model=text,
            party_type=text,
            family=text,
            scheme=text,
            precision=number,
            own=number,
            zh=text,
            en=text,
        ),
    }


def _table(records: list[dict[str, Any]], **types: pa.DataType) -> pa.Table:
    return pa.Table.from_pylist(records, schema=pa.schema(list(types.items())))
