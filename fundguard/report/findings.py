"""Hits by rule, rings, queues, and what changed since the run before."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from fundguard.casework.schemes import rule
from fundguard.casework.words import Words, parsed
from fundguard.report.tables import Tables, decimal, listed

QUEUES = ("investigate", "recover", "explore")
SHOWN_CHANGES = 5
LEADS = "lead_now"
"""The day's leads without those that are only there to say they are gone."""


@dataclass(frozen=True)
class RuleHits:
    """What one rule found in the judged days."""

    rule_id: str
    code: str
    title: Words
    verified: bool
    hits: int
    by_stage: Mapping[str, int]
    providers: int
    amount: Decimal
    fund: Decimal


@dataclass(frozen=True)
class Queue:
    """One queue of leads: how many, and their yuan at risk, each counted once."""

    name: str
    leads: int
    at_risk: Decimal
    hours: float


@dataclass(frozen=True)
class Changes:
    """Leads new, changed (queue or yuan at risk), or gone since the run before; None: there was none."""

    before: date | None
    new: int = 0
    changed: int = 0
    gone: int = 0
    gone_rows: tuple[Mapping[str, Any], ...] = ()
    changed_rows: tuple[Mapping[str, Any], ...] = ()
    states: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Agency:
    """What the agency paid otherwise than the benefit parameters say: totals by parameter, largest rows."""

    totals: list[dict[str, Any]]
    largest: list[dict[str, Any]]


def agency(tables: Tables) -> Agency:
    """The day's differences. Needs `benefit_check` on the engine."""
    return Agency(
        totals=tables.rows(
            "SELECT param, MIN(doc_no) AS doc_no, COUNT(*) AS settlements, "
            "SUM(CASE WHEN difference_amt > 0 THEN difference_amt ELSE 0 END) AS above, "
            "SUM(CASE WHEN difference_amt < 0 THEN difference_amt ELSE 0 END) AS below "
            "FROM benefit_check GROUP BY param ORDER BY settlements DESC, param"
        ),
        largest=tables.rows(
            "SELECT setl_id, param, setl_date, due_amt, found_amt, difference_amt, doc_no FROM benefit_check "
            "ORDER BY absolute(difference_amt) DESC, setl_id, param LIMIT 10"
        ),
    )


def rule_hits(tables: Tables) -> list[RuleHits]:
    """Hits of the day per rule, most yuan first. Needs `hit` on the engine; shadow rules stay unseen."""
    rows = tables.rows(
        "SELECT rule_id, MIN(rule_code) AS rule_code, COUNT(*) AS hits, rows_where(stage = 'pre') AS n_pre, "
        "rows_where(stage = 'in') AS n_in, rows_where(stage = 'post') AS n_post, "
        "rows_where(verified) AS n_verified, COUNT(DISTINCT fixmedins_code) AS providers, "
        "SUM(vola_amt) AS amount, SUM(fund_amt) AS fund FROM hit WHERE NOT shadow GROUP BY rule_id"
    )
    found = [
        RuleHits(
            rule_id=row["rule_id"],
            code=row["rule_code"],
            title=_title(row["rule_id"]),
            verified=row["n_verified"] > 0,
            hits=row["hits"],
            by_stage={"pre": row["n_pre"], "in": row["n_in"], "post": row["n_post"]},
            providers=row["providers"],
            amount=decimal(row["amount"]),
            fund=decimal(row["fund"]),
        )
        for row in rows
    ]
    return sorted(found, key=lambda r: (-r.amount, -r.hits, r.rule_id))


def _title(rule_id: str) -> Words:
    known = rule(rule_id)
    return Words(known.title.zh, known.title.en) if known else Words(rule_id, rule_id)


def rings(tables: Tables, most: int = 8) -> tuple[list[dict[str, Any]], int, int]:
    """The strongest rings, untagged before tagged; how many there are; how many carry a benign tag."""
    tables.result("ring")
    counts = tables.one("SELECT COUNT(*) AS n, rows_where(list_length(benign_tags) > 0) AS tagged FROM ring")
    rows = tables.rows(
        "SELECT ring_id, kind, score, p_chance, n_persons, n_institutions, first_date, last_date, fund_amt, "
        "benign_tags, path FROM ring ORDER BY CASE WHEN list_length(benign_tags) > 0 THEN 1 ELSE 0 END, "
        f"score DESC, ring_id LIMIT {most}"
    )
    for row in rows:
        row["path"] = parsed(row["path"], {})
    return rows, counts["n"], counts["tagged"]


def queues(tables: Tables) -> list[Queue]:
    """Leads and yuan per queue, in the order of work. Needs `lead_now` on the engine."""
    rows = tables.rows(
        "SELECT queue, COUNT(*) AS n, SUM(amount_at_risk) AS at_risk, SUM(effort_hours) AS hours "
        f"FROM {LEADS} GROUP BY queue"
    )
    by_name = {row["queue"]: row for row in rows}
    names = [*QUEUES, *sorted(set(by_name) - set(QUEUES))]
    return [
        Queue(
            name,
            int(by_name.get(name, {}).get("n") or 0),
            decimal(by_name.get(name, {}).get("at_risk")),
            float(by_name.get(name, {}).get("hours") or 0),
        )
        for name in names
    ]


def changes(tables: Tables) -> Changes:
    """Compare the day's leads with those of the run before. Needs `lead_now` on the engine."""
    table, day = tables.before("lead")
    before = f"(SELECT * FROM {table} WHERE COALESCE(status, '') <> 'gone')"
    if day is None:
        return Changes(None)
    columns = ("lead_id", "queue", "rank", "scheme", "party_type", "party_id", "party_name", "amount_at_risk")
    differs = "(l.queue <> b.queue OR l.amount_at_risk <> b.amount_at_risk OR l.status = 'changed')"
    pairs = f"FROM {LEADS} AS l JOIN {before} AS b ON b.lead_id = l.lead_id WHERE {differs}"
    gone = f"FROM {before} AS b LEFT ANTI JOIN {LEADS} AS l ON l.lead_id = b.lead_id"
    new = tables.rows(
        f"SELECT l.lead_id FROM {LEADS} AS l LEFT ANTI JOIN {before} AS b ON b.lead_id = l.lead_id"
    )
    altered = tables.rows(f"SELECT l.lead_id {pairs}")
    states = {row["lead_id"]: "new" for row in new} | {row["lead_id"]: "changed" for row in altered}
    return Changes(
        before=day,
        new=len(new),
        changed=len(altered),
        gone=tables.one(f"SELECT COUNT(*) AS n {gone}")["n"],
        gone_rows=tuple(
            tables.rows(
                f"SELECT {listed(columns, 'b')} {gone} "
                f"ORDER BY b.amount_at_risk DESC, b.lead_id LIMIT {SHOWN_CHANGES}"
            )
        ),
        changed_rows=tuple(
            tables.rows(
                f"SELECT {listed(columns, 'l')}, b.queue AS queue_before, b.rank AS rank_before, "
                f"b.amount_at_risk AS amount_before {pairs} "
                f"ORDER BY absolute(l.amount_at_risk - b.amount_at_risk) DESC, l.lead_id LIMIT {SHOWN_CHANGES}"
            )
        ),
        states=states,
    )
