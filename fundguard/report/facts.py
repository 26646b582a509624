"""Everything a night's report says, gathered once: the daily prints a part of it, the page all."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from core.engine import Engine
from core.errors import UsageError
from core.settings import conf_folder
from fundguard.report import distributions as spread
from fundguard.report import findings
from fundguard.report import manifest as stated
from fundguard.report.leads import Lead, leads, top_rows
from fundguard.report.money import Money, money
from fundguard.report.tables import Tables
from pipelines.ledger import read_json
from pipelines.warehouse import Warehouse

SHOWN = {"investigate": 20, "recover": 10, "explore": 5}
LISTED = 100
"""Leads with a card each, per queue; rows of the plain list below them."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """One night, ready to print. Rows are plain values; nothing here is asked for twice."""

    home: Path
    run_id: str
    manifest: Mapping[str, Any]
    as_of: date
    region_name: str
    volumes: list[stated.Volume]
    checks: list[stated.Check]
    notes: list[Any]
    silent: list[stated.Silent]
    hidden: list[stated.Hidden]
    money: Money
    rules: list[findings.RuleHits]
    agency: findings.Agency
    rings: list[dict[str, Any]]
    n_rings: int
    n_tagged: int
    queues: list[findings.Queue]
    changes: findings.Changes
    top: list[dict[str, Any]]
    cards: Mapping[str, list[Lead]]
    rest: list[dict[str, Any]]
    ring_members: list[dict[str, Any]]
    names: Mapping[str, str]
    plots: spread.Distributions | None

    @property
    def synthetic(self) -> bool:
        """Whether a batch of this home said that it is made up."""
        return bool(self.manifest.get("synthetic"))

    @property
    def report(self) -> Path:
        """Where the page of this night lies."""
        return self.home / "docs" / f"report-{self.as_of}.html"


def gather(home: Path, run_id: str, engine: Engine, *, page: bool) -> Facts:
    """Read a run's manifest and ask the engine for the rest; `page` also fills cards and plots."""
    path = home / "runs" / run_id / "manifest.json"
    content = read_json(path, None)
    if content is None:
        raise UsageError(f"run [{run_id}] has no manifest [{path}]: see the folders of {home / 'runs'}")
    as_of = date.fromisoformat(str(content["as_of"]))
    tables = Tables(engine, Warehouse(home), as_of)
    units = [str(unit) for unit in content.get("judged") or ()]
    _results(tables)
    changed = findings.changes(tables)
    rings, n_rings, n_tagged = findings.rings(tables)
    top = top_rows(tables, "investigate", SHOWN["investigate"] if page else 5)
    cards: dict[str, list[Lead]] = {}
    drawn: list[dict[str, Any]] = []
    plotted = None
    common: dict[str, Any] = {
        "money": money(tables, units),
        "rules": findings.rule_hits(tables),
        "queues": findings.queues(tables),
    }
    if page:
        rows = {"investigate": top} | {q: top_rows(tables, q, SHOWN[q]) for q in ("recover", "explore")}
        listed = [row for group in rows.values() for row in group]
        filled = leads(tables, listed, changed.states, str(content.get("region", "")))
        cards = {queue: [lead for lead in filled if lead.row["queue"] == queue] for queue in rows}
        plotted = spread.distributions(tables, [lead.row["party_id"] for lead in filled])
        drawn = _members(tables, rings)
    return Facts(
        home=home,
        run_id=run_id,
        manifest=content,
        as_of=as_of,
        region_name=_region_name(str(content.get("region", ""))),
        volumes=stated.volumes(content),
        checks=stated.checks(content),
        notes=stated.data_notes(content),
        silent=stated.silent_rules(content, tables.present()),
        hidden=stated.hidden(content),
        agency=findings.agency(tables),
        rings=rings,
        n_rings=n_rings,
        n_tagged=n_tagged,
        changes=changed,
        top=top,
        cards=cards,
        rest=_rest(tables) if page else [],
        ring_members=drawn,
        names=_names(tables, top, rings, cards, drawn, changed),
        plots=plotted,
        **common,
    )


def first_leads(tables: Tables) -> list[dict[str, Any]]:
    """The first leads to investigate, as plain rows; registers the day's results."""
    _results(tables)
    return top_rows(tables, "investigate", SHOWN["investigate"])


def _results(tables: Tables) -> None:
    for name in ("hit", "benefit_check", "lead", "lead_evidence"):
        tables.result(name)
    tables.engine.register(findings.LEADS, sql="SELECT * FROM lead WHERE COALESCE(status, '') <> 'gone'")


def _rest(tables: Tables) -> list[dict[str, Any]]:
    """The plain list: the next leads after those with a card."""
    return tables.rows(
        "SELECT rank, lead_id, scheme, party_type, party_id, party_name, period_from, period_to, p_confirm, "
        "amount_at_risk, amount_involved, amount_estimated, effort_hours, stream "
        f"FROM {findings.LEADS} WHERE queue = 'investigate' "
        f"AND rank > {SHOWN['investigate']} ORDER BY rank, lead_id LIMIT {LISTED - SHOWN['investigate']}"
    )


def _members(tables: Tables, rings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Members of the ring that is drawn: the first of the strongest."""
    if not rings:
        return []
    tables.result("ring_member")
    return tables.rows(
        "SELECT party_type, party_id, role, weight FROM ring_member "
        f"WHERE ring_id = '{rings[0]['ring_id']}' ORDER BY weight DESC, party_type, party_id LIMIT 120"
    )


def _names(
    tables: Tables,
    top: list[dict[str, Any]],
    rings: list[dict[str, Any]],
    cards: Mapping[str, list[Lead]],
    drawn: list[dict[str, Any]],
    changed: findings.Changes,
) -> dict[str, str]:
    """Institution code → name, for the codes that are shown."""

    def codes() -> Iterator[str | None]:
        for row in (*top, *changed.gone_rows, *changed.changed_rows, *drawn):
            yield row["party_id"]
        for group in cards.values():
            for lead in group:
                yield lead.row["party_id"]
                for piece in lead.evidence:
                    yield (piece.hit or piece.case or {}).get("fixmedins_code")
                    for line in piece.related:
                        yield line["fixmedins_code"]
                    for step in ((piece.ring or {}).get("path") or {}).get("steps", ()):
                        yield step.get("institution")
        for ring in rings:
            for step in ring["path"].get("steps", ()):
                yield step.get("institution")

    tables.ids("report_provider", codes())
    tables.landed("fixmedins_b")
    rows = tables.rows(
        "SELECT f.fixmedins_code AS code, MIN(f.fixmedins_name) AS name FROM fixmedins_b AS f "
        "LEFT SEMI JOIN report_provider AS r ON r.id = f.fixmedins_code GROUP BY f.fixmedins_code"
    )
    return {row["code"]: row["name"] for row in rows}


def _region_name(region: str) -> str:
    # Only the name: a setting that is wrong by now must not keep last night's report from being read.
    for file in sorted((conf_folder() / "regions" / region).glob("*.yaml")) if region else []:
        for line in file.read_text(encoding="utf-8").splitlines():
            if line.startswith("region_name:"):
                return line.split(":", 1)[1].strip().strip("\"'")
    return region
