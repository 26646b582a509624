"""Policy that silences: windows, exempt persons and suppressions make a candidate not applicable.

A window is a dated row with a document number (`policy_window`, `exempt_person_class`); a suppression is a
region's own decision about a party or a code, with owner, reason and last day. Neither is a hit; both count.
"""

import csv
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from core.errors import Refused
from rules_kb.knowledge import KnowledgeTable
from rules_kb.rule import Rule

TABLES = ("policy_window", "exempt_person_class")
"""Knowledge tables whose rows silence by rule code."""

REGISTERS = (
    "chronic_registration", "chronic_disease", "outbreak_diagnosis", "prior_approval", "medical_community",
)  # fmt: skip
"""Registers of persons, diseases and institutions that grains read themselves."""

COLUMNS = (
    "id",
    "rule_code",
    "party_type",
    "party_id",
    "hilist_code",
    "owner",
    "reason",
    "begndate",
    "expires",
)


@dataclass(frozen=True)
class Suppression:
    """One decision to hide a rule's findings on a party or a code until a day."""

    id: str
    rule_code: str
    party_type: str
    party_id: str
    hilist_code: str
    owner: str
    reason: str
    begndate: date
    expires: date


def read_suppressions(path: Path | None) -> list[Suppression]:
    """The suppressions of a file (CSV with COLUMNS). Refused names row, column and [value]."""
    if path is None or not path.is_file():
        return []
    found = []
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise Refused(f"{path.name}: columns [{reader.fieldnames}]: write {', '.join(COLUMNS)}")
        for number, row in enumerate(reader, start=1):
            for column in ("id", "rule_code", "owner", "reason", "begndate", "expires"):
                if not row[column]:
                    raise Refused(f"{path.name}: row {number} column {column} [] is empty: fill it")
            if not row["party_id"] and not row["hilist_code"]:
                raise Refused(
                    f"{path.name}: row {number} names neither party nor code []: a rule is not hidden whole"
                )
            try:
                begndate, expires = (date.fromisoformat(row.pop(key)) for key in ("begndate", "expires"))
            except ValueError as error:
                raise Refused(f"{path.name}: row {number}: [{error}]: write YYYY-MM-DD") from None
            found.append(Suppression(begndate=begndate, expires=expires, **row))
    return found


def condition(
    table: Callable[[str], KnowledgeTable],
    region: str,
    suppressions: Path | None,
    rules: Mapping[int, Rule],
    facts: Collection[str],
) -> str:
    """A CASE over the fused query: the document (or suppression) that silences a row, else NULL."""
    branches: list[str] = []
    for number, rule in rules.items():
        for row in table("policy_window").arrow.to_pylist():
            if row["rule_code"] in (rule.code, "*") and row["region"] in ("*", region):
                _add(branches, number, _window(row, facts), row, row["doc_no"])
        for row in table("exempt_person_class").arrow.to_pylist():
            if (
                row["rule_code"] in (rule.code, "*")
                and row["region"] in ("*", region)
                and row["psn_idet_type"]
            ):
                kind = _text(row["psn_idet_type"])
                when = [f"psn_idet_type = {kind}"] if "psn_idet_type" in facts else None
                _add(branches, number, when, row, row["doc_no"])
        for own in read_suppressions(suppressions):
            if own.rule_code == rule.code:
                dates = {"begndate": own.begndate, "enddate": own.expires}
                _add(branches, number, _suppressed(own, facts), dates, f"suppression:{own.id}")
    return f"CASE {' '.join(branches)} ELSE CAST(NULL AS STRING) END" if branches else "CAST(NULL AS STRING)"


def _add(branches: list[str], number: int, when: list[str] | None, row: Mapping[str, Any], says: str) -> None:
    if when is None:
        return
    parts = [f"rule_no = {number}", f"service_date >= DATE '{row['begndate']}'", *when]
    if row.get("enddate"):
        parts.append(f"service_date <= DATE '{row['enddate']}'")
    branches.append(f"WHEN {' AND '.join(parts)} THEN {_text(says)}")


def _window(row: Mapping[str, Any], facts: Collection[str]) -> list[str] | None:
    """The conditions of a window over a grain's facts; None where the grain cannot tell."""
    when = []
    for column, fact, text in (
        ("hilist_prefix", "hilist_code", "starts_with_text(hilist_code, {})"),
        ("med_type", "med_type", "starts_with_text(med_type, {})"),
        ("diag_prefix", "diagnoses", "contains_text(concat_text(' ', diagnoses), concat_text(' ', {}))"),
        ("days_max", "supply_days", "supply_days <= {}"),
    ):
        value = row[column]
        if value is None:
            continue
        if fact not in facts and column == "days_max" and "prd_days" in facts:
            when.append(f"prd_days <= {value}")
        elif fact not in facts:
            return None
        else:
            when.append(text.format(value if isinstance(value, int) else _text(value)))
    return when


def _suppressed(own: Suppression, facts: Collection[str]) -> list[str] | None:
    when = []
    if own.party_id:
        column = {"doctor": "dr_code", "person": "psn_no"}.get(own.party_type, "fixmedins_code")
        when.append(f"{column} = {_text(own.party_id)}")
    if own.hilist_code:
        if "hilist_code" not in facts:
            return None
        when.append(f"hilist_code = {_text(own.hilist_code)}")
    return when


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
