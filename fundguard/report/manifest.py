"""What a run's manifest says, as rows to print: volumes, gate verdicts and waivers, coverage, time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from core.schema import LANDING, TABLES
from fundguard.casework.schemes import library, rule
from fundguard.casework.words import REFUSED, Words, count, share, words_of


@dataclass(frozen=True)
class Volume:
    """One table's intake: rows in = accepted + refused + unchanged + waiting (as the door counts them)."""

    table: str
    zh: str
    rows_in: int
    accepted: int
    unchanged: int
    waiting: int
    refused: int
    reasons: tuple[tuple[Words, int], ...]
    money_in: Decimal | None
    money_refused: Decimal | None
    flags: Mapping[str, int]


@dataclass(frozen=True)
class Check:
    """One verdict of the gate: pass, warn, stop, or a stop that two people waived."""

    name: str
    title: Words
    table: str
    severity: str
    verdict: str
    says: str
    waiver: str


@dataclass(frozen=True)
class Silent:
    """A rule that could not judge: how many candidates, and why."""

    rule_id: str
    code: str
    title: Words
    candidates: int | None
    why: Words


@dataclass(frozen=True)
class Hidden:
    """What one document hid of one week: a suppression of the region's, or a policy window."""

    week: str
    by: str
    rules: tuple[str, ...]
    candidates: int
    amount: Decimal

    @property
    def suppression(self) -> bool:
        """Whether the region itself decided to hide it."""
        return self.by.startswith("suppression:")


def hidden(manifest: Mapping[str, Any]) -> list[Hidden]:
    """What the night left out by document and week (Monday), most first; suppressions before windows."""
    rows = (manifest.get("jobs") or {}).get("check", {}).get("silenced") or []
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault((str(row.get("week") or ""), str(row["silenced_by"])), []).append(row)
    found = [
        Hidden(
            week=week,
            by=by,
            rules=tuple(sorted({str(row["rule_id"]) for row in same})),
            candidates=sum(int(row["candidates"]) for row in same),
            amount=sum((Decimal(row.get("vola_amt") or 0) for row in same), Decimal(0)),
        )
        for (week, by), same in groups.items()
    ]
    return sorted(found, key=lambda one: (not one.suppression, -one.candidates, one.week, one.by))


def volumes(manifest: Mapping[str, Any]) -> list[Volume]:
    """Intake per table in declared order; empty when the run took nothing in."""
    tables = _ingest(manifest).get("tables") or {}
    order = {name: nth for nth, name in enumerate(LANDING)}
    return [_volume(name, tables[name]) for name in sorted(tables, key=lambda n: (order.get(n, 99), n))]


def _volume(name: str, row: Mapping[str, Any]) -> Volume:
    refused = {str(k): int(v) for k, v in (row.get("refused") or {}).items() if v}
    has_money = name in TABLES and TABLES[name].money is not None
    return Volume(
        table=name,
        zh=TABLES[name].zh if name in TABLES else name,
        rows_in=int(row.get("rows_in", 0)),
        accepted=int(row.get("accepted", 0)),
        unchanged=int(row.get("unchanged", 0)),
        waiting=int(row.get("waiting", 0)),
        refused=sum(refused.values()),
        reasons=tuple((words_of(REFUSED, key), refused[key]) for key in sorted(refused)),
        money_in=Decimal(str(row.get("money_in", 0))) if has_money else None,
        money_refused=Decimal(str(row.get("money_refused", 0))) if has_money else None,
        flags={str(k): int(v) for k, v in (row.get("flags") or {}).items() if v},
    )


def checks(manifest: Mapping[str, Any]) -> list[Check]:
    """The gate's verdicts, stops first, then waived, warnings, passes."""
    ingest = _ingest(manifest)
    waivers = {_check_name(w): w for w in ingest.get("waived") or () if isinstance(w, Mapping)}
    found = [_check(row, waivers) for row in ingest.get("gate") or () if isinstance(row, Mapping)]
    order = {"stop": 0, "waived": 1, "warn": 2, "pass": 3}
    return sorted(found, key=lambda check: (order.get(check.verdict, 4), check.table, check.name))


def _check_name(row: Mapping[str, Any]) -> str:
    return str(row.get("check") or row.get("name") or row.get("id") or row.get("expectation") or "")


def _check(row: Mapping[str, Any], waivers: Mapping[str, Mapping[str, Any]]) -> Check:
    name = _check_name(row)
    severity = str(row.get("severity") or "")
    verdict = str(row.get("verdict") or row.get("state") or "")
    if verdict not in ("pass", "warn", "stop", "waived"):
        success = row.get("success", row.get("passed"))
        good = bool(success) if success is not None else verdict in ("", "ok", "passed", "success")
        verdict = "pass" if good else ("warn" if severity.startswith("warn") else "stop")
    waiver = waivers.get(name) or (row if row.get("waived") else {})
    if waiver and verdict in ("stop", "waived"):
        verdict = "waived"
        people = " / ".join(str(waiver[key]) for key in ("by", "second") if waiver.get(key))
        said = f"{waiver.get('reason', '')}（{people}）" if people else str(waiver.get("reason", ""))
    else:
        said = ""
    return Check(name, _title(name), str(row.get("table") or ""), severity, verdict, _said(row), said)


def _said(row: Mapping[str, Any]) -> str:
    """Rows that fail of all rows, and how many may: "57 / 1,612 = 3.5% (≤ 5%)"."""
    if row.get("says") or row.get("message"):
        return str(row.get("says") or row["message"])
    if "share" not in row:
        return ""
    # A share of money has no rows to count.
    rows = f"{count(row.get('unexpected'))} / {count(row.get('total'))} = " if row.get("total") else ""
    return f"{rows}{share(row['share'], 1)}（≤ {share(row.get('max_share', 0), 1)}）"


_KINDS = {
    "refused_rows": Words("拒收行", "rows refused"),
    "refused_money": Words("拒收金额", "yuan refused"),
    "not_null": Words("空值", "empty"),
    "in_set": Words("取值不在字典", "not in its dictionary"),
}


def _title(name: str) -> Words:
    """A check in words: `setl_d.med_type.in_set` is 医疗类别取值不在字典."""
    parts = name.split(".")
    kind = _KINDS.get(parts[-1])
    if kind is None:
        return Words(name, name)
    column = TABLES[parts[0]].by_name.get(parts[1]) if len(parts) == 3 and parts[0] in TABLES else None
    if column is None:
        return kind
    return Words(f"{column.zh}{kind.zh}", f"{column.name} {kind.en}")


def data_notes(manifest: Mapping[str, Any]) -> list[Words]:
    """Tables and columns that did not come, dimensions kept from before, and the door's own notes."""
    ingest = _ingest(manifest)
    notes = []
    for key, zh, en in (
        ("missing_tables", "未到的可选表", "optional tables that did not come"),
        ("unknown_tables", "不认识的表（已忽略）", "unknown tables, ignored"),
        ("kept_dimensions", "维表未到，沿用上一次", "dimensions that did not come: the last ones are used"),
    ):
        names = [str(name) for name in ingest.get(key) or ()]
        if names:
            notes.append(Words(f"{zh}：{'、'.join(names)}", f"{en}: {', '.join(names)}"))
    for table, row in (ingest.get("tables") or {}).items():
        unknown = [str(name) for name in row.get("unknown_columns") or ()]
        if unknown:
            listed = ", ".join(unknown[:6]) + (" …" if len(unknown) > 6 else "")
            notes.append(
                Words(
                    f"{table} 有不认识的列（已忽略）：{listed}",
                    f"{table}: unknown columns, ignored: {listed}",
                )
            )
    notes.extend(Words(str(note), str(note)) for note in ingest.get("notes") or ())
    return notes


def silent_rules(manifest: Mapping[str, Any], landed: Sequence[str]) -> list[Silent]:
    """Rules that could not judge: their candidates lacked a fact, or a table they need never landed."""
    rows = (manifest.get("jobs") or {}).get("check", {}).get("not_evaluable") or []
    counted = {str(row["rule_id"]): int(row.get("candidates") or 0) for row in rows}
    tables = _ingest(manifest).get("tables") or {}
    found = [_silent(rule_id, counted[rule_id], tables, landed) for rule_id in sorted(counted)]
    known = library()
    for each in known.rules.values() if known else ():
        absent = {need.split(".")[0] for need in each.needs} - set(landed)
        if absent and each.id not in counted and each.status in ("active", "shadow"):
            found.append(_silent(each.id, None, tables, landed))
    return sorted(found, key=lambda silent: (-(silent.candidates or 0), silent.rule_id))


def _silent(rule_id: str, candidates: int | None, tables: Mapping[str, Any], landed: Sequence[str]) -> Silent:
    found = rule(rule_id)
    needs = found.needs if found else ()
    absent = sorted({need.split(".")[0] for need in needs} - set(landed))
    columns = sorted(
        need
        for need in needs
        if need.split(".")[-1] in (tables.get(need.split(".")[0]) or {}).get("missing_columns", ())
    )
    if absent:
        why = Words(f"表未到：{'、'.join(absent)}", f"table never landed: {', '.join(absent)}")
    elif columns:
        why = Words(f"列未到：{'、'.join(columns)}", f"column not delivered: {', '.join(columns)}")
    else:
        why = Words("判定所需的值为空", "a fact the rule needs is empty")
    title = Words(found.title.zh, found.title.en) if found else Words(rule_id, rule_id)
    return Silent(rule_id, found.code if found else "", title, candidates, why)


def elapsed(manifest: Mapping[str, Any]) -> int | None:
    """Seconds all finished jobs took together (a resumed run counts its work, not its sleep)."""
    total, seen = 0.0, False
    for job in (manifest.get("jobs") or {}).values():
        try:
            start, end = (datetime.fromisoformat(str(job[key])) for key in ("start", "end"))
        except (KeyError, ValueError):
            continue
        total, seen = total + (end - start).total_seconds(), True
    return int(total) if seen else None


def judged_span(manifest: Mapping[str, Any]) -> tuple[list[str], date | None, date | None]:
    """The units judged, and the first and last of their days."""
    units = [str(unit) for unit in manifest.get("judged") or ()]
    days = sorted(date.fromisoformat(unit.split("=", 1)[1]) for unit in units if "=" in unit)
    return units, (days[0] if days else None), (days[-1] if days else None)


def _ingest(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = (manifest.get("jobs") or {}).get("ingest") or {}
    return found
