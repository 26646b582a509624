"""Leads as an investigator reads them: reasons that add up, evidence to the fee line, doubts beside."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from fundguard.casework.citation import basis_words
from fundguard.casework.discretion import discretion
from fundguard.casework.reasons import Reason, reasons_of
from fundguard.casework.schemes import Scheme, rule, rules_of, scheme
from fundguard.casework.words import BENIGN, IDENTITIES, Words, parsed, words_of
from fundguard.report.findings import LEADS
from fundguard.report.tables import Tables, listed

EVIDENCE_SHOWN = 8
RELATED_SHOWN = 3
SCORES_SHOWN = 3
REACH = timedelta(days=100)
"""Related lines lie at most so long before the line they explain (the longest supply window)."""

_LEAD = (
    "queue", "rank", "lead_id", "scheme", "party_type", "party_id", "party_name", "period_from", "period_to",
    "score", "p_confirm", "amount_at_risk", "amount_involved", "amount_estimated", "effort_hours", "stream",
    "candidate_basis", "suggested_route", "first_seen", "last_seen", "status",
)  # fmt: skip


@dataclass(frozen=True)
class Evidence:
    """One piece of evidence: the counted yuan, and the hit with its fee lines, the ring, or the case of a pattern."""

    kind: str
    family: str
    counted: Decimal
    hit: Mapping[str, Any] | None = None
    ring: Mapping[str, Any] | None = None
    case: Mapping[str, Any] | None = None
    line: Mapping[str, Any] | None = None
    related: tuple[Mapping[str, Any], ...] = ()
    related_more: int = 0
    rule_title: Words | None = None
    basis: tuple[Words, ...] = ()
    setl_id: str | None = None
    bkkp_sn: str | None = None
    rows: int = 1
    counted_here: bool = False


@dataclass(frozen=True)
class Lead:
    """One lead with everything its card shows."""

    row: Mapping[str, Any]
    scheme: Scheme
    reasons: tuple[Reason, ...]
    evidence: tuple[Evidence, ...]
    evidence_total: int
    families: Mapping[str, int]
    scores: tuple[Mapping[str, Any], ...]
    basis: tuple[Words, ...]
    discretion: tuple[Words, ...]
    pitfalls: tuple[tuple[str, str], ...]
    guides: tuple[str, ...]
    counterfactuals: tuple[Words, ...]
    doubts: tuple[Words, ...]
    tested: Words | None
    collect: tuple[Words, ...]
    change: str = ""


def top_rows(tables: Tables, queue: str, most: int) -> list[dict[str, Any]]:
    """The first leads of a queue as plain rows, reasons included. Needs `lead_now` on the engine."""
    return tables.rows(
        f"SELECT {', '.join(_LEAD)}, reasons, checks FROM {LEADS} "
        f"WHERE queue = '{queue}' ORDER BY rank, lead_id LIMIT {most}"
    )


def leads(
    tables: Tables, rows: Sequence[Mapping[str, Any]], states: Mapping[str, str], region: str
) -> list[Lead]:
    """Fill rows of `lead` with their evidence. Needs `lead_evidence` of the day on the engine."""
    if not rows:
        return []
    evidence, totals = _evidence(tables, rows)
    hits = _hits(tables, [e["ref_id"] for shown in evidence.values() for e in shown if e["kind"] == "hit"])
    rings = _rings(tables, [e["ref_id"] for shown in evidence.values() for e in shown if e["kind"] == "ring"])
    cases = _cases(
        tables, [e["setl_id"] for shown in evidence.values() for e in shown if e["kind"] == "score"]
    )
    lines = _lines(tables, hits.values())
    broken = _broken_headers(tables, hits.values())
    scores = _scores(tables, rows)
    return [
        _lead(
            row,
            evidence[row["lead_id"]],
            totals[row["lead_id"]],
            hits,
            rings,
            cases,
            lines,
            broken,
            scores,
            states,
            region,
        )
        for row in rows
    ]


def _evidence(
    tables: Tables, rows: Sequence[Mapping[str, Any]]
) -> tuple[dict[str, list[dict[str, Any]]], dict[str, Counter[str]]]:
    tables.ids("report_lead", [row["lead_id"] for row in rows])
    tables.engine.register(
        "report_evidence",
        sql="SELECT e.lead_id, e.family, e.kind, e.ref_id, e.setl_id, e.bkkp_sn, e.amount_counted, "
        "SUM(e.amount_counted) OVER (PARTITION BY e.lead_id, e.setl_id) AS settled_here FROM "
        "lead_evidence AS e LEFT SEMI JOIN report_lead AS l ON l.id = e.lead_id",
        keep=True,
    )
    # One row per hit, ring, and case of a pattern. Rings first: they are few and say most. Then the dearest of each
    # rule and pattern in turn, so that a rule with hundreds of hits does not hide the others.
    history = tables.history("hit")
    cited = (
        f"SELECT hit_id, MAX(rule_code) AS rule_code, MAX(vola_amt) AS vola_amt FROM {history} GROUP BY hit_id"
        if history
        else "SELECT hit_id, rule_code, vola_amt FROM hit"
    )
    tables.engine.register(
        "report_piece",
        sql="SELECT g.*, h.vola_amt, h.rule_code, CASE WHEN g.kind = 'score' THEN g.ref_id ELSE h.rule_code END AS sort, "
        "CASE WHEN g.kind = 'ring' THEN 0 ELSE 1 END AS late FROM (SELECT lead_id, family, kind, ref_id, "
        "MIN(setl_id) AS setl_id, MIN(bkkp_sn) AS bkkp_sn, SUM(amount_counted) AS amount_counted, MAX(settled_here) AS settled_here, COUNT(*) AS n_rows "
        # A score without a settlement is a comparison, not a row: the reasons tell it.
        "FROM report_evidence WHERE kind <> 'score' OR setl_id IS NOT NULL "
        "GROUP BY lead_id, family, kind, ref_id, CASE WHEN kind = 'score' THEN setl_id END) AS g "
        f"LEFT JOIN ({cited}) AS h ON h.hit_id = g.ref_id",
        keep=True,
    )
    order = "amount_counted DESC, vola_amt DESC, ref_id, setl_id"
    shown = tables.rows(
        "SELECT * FROM (SELECT p.*, ROW_NUMBER() OVER (PARTITION BY p.lead_id ORDER BY p.late, p.turn, p.kind, "
        f"{order}) AS nth FROM (SELECT r.*, ROW_NUMBER() OVER (PARTITION BY r.lead_id, r.kind, r.sort "
        f"ORDER BY {order}) AS turn FROM report_piece AS r) AS p) AS n WHERE n.nth <= {EVIDENCE_SHOWN} "
        "ORDER BY lead_id, nth"
    )
    counts = tables.rows("SELECT lead_id, family, COUNT(*) AS n FROM report_piece GROUP BY lead_id, family")
    grouped: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in shown:
        grouped[row["lead_id"]].append(row)
    totals: dict[str, Counter[str]] = defaultdict(Counter)
    for row in counts:
        totals[row["lead_id"]][row["family"]] += row["n"]
    return grouped, totals


def _hits(tables: Tables, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    tables.ids("report_hit_id", ids)
    columns = (
        "hit_id", "rule_id", "rule_code", "rule_ver", "kb_ver", "stage", "result", "verified", "sev_deg",
        "party_id", "fixmedins_code", "psn_no", "dr_code", "mdtrt_id", "setl_id", "bkkp_sn", "related_sn", "setl_date",
        "service_date", "vola_amt", "fund_amt", "amt_basis", "reason_zh", "reason_en", "basis",
    )  # fmt: skip
    name = tables.history("hit")
    if name is None:
        return {}
    rows = tables.rows(
        f"SELECT * FROM (SELECT {listed(columns, 'h')}, ROW_NUMBER() OVER (PARTITION BY h.hit_id ORDER BY "
        f"h.as_of DESC, h.judged_day DESC) AS nth FROM {name} AS h LEFT SEMI JOIN report_hit_id AS i "
        "ON i.id = h.hit_id WHERE NOT h.shadow) AS n WHERE n.nth = 1"
    )
    return {row["hit_id"]: row for row in rows}


def _rings(tables: Tables, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    tables.ids("report_ring_id", ids)
    tables.result("ring")
    rows = tables.rows(
        "SELECT r.ring_id, r.kind, r.score, r.p_chance, r.n_persons, r.n_institutions, r.first_date, r.last_date, "
        "r.fund_amt, r.benign_tags, r.path FROM ring AS r LEFT SEMI JOIN report_ring_id AS i ON i.id = r.ring_id"
    )
    for row in rows:
        row["path"] = parsed(row["path"], {})
    return {row["ring_id"]: row for row in rows}


def _cases(tables: Tables, settlements: Iterable[str]) -> dict[tuple[str, str], dict[str, Any]]:
    """Per pattern and settlement the cases that show it: when, where, whose, yuan."""
    tables.ids("report_case_id", settlements)
    tables.result("pattern_event")
    rows = tables.rows(
        "SELECT e.pattern, e.setl_id, MIN(e.psn_no) AS psn_no, MIN(e.fixmedins_code) AS fixmedins_code, MIN(e.dr_code) "
        "AS dr_code, MIN(e.day) AS day, MAX(e.amount) AS amount, COUNT(*) AS n FROM pattern_event AS e "
        "LEFT SEMI JOIN report_case_id AS i ON i.id = e.setl_id GROUP BY e.pattern, e.setl_id"
    )
    return {(row["pattern"], row["setl_id"]): row for row in rows}


def _lines(tables: Tables, hits: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    hits = list(hits)
    wanted: set[str] = set()
    for hit in hits:
        wanted |= {hit["bkkp_sn"] or "", *(hit["related_sn"] or [])[:RELATED_SHOWN]}
    days = [day for hit in hits for day in (hit["service_date"], hit["setl_date"]) if day]
    if not days:
        return {}
    tables.ids("report_line_id", wanted)
    tables.landed("fee_list_d", since=min(days) - REACH)
    columns = (
        "bkkp_sn", "setl_id", "fixmedins_code", "fee_ocur_time", "hilist_code", "hilist_name", "medins_list_name", "cnt", "pric",
        "det_item_fee_sumamt", "inscp_amt", "bilg_dept_name", "dq_flags",
    )  # fmt: skip
    rows = tables.rows(
        f"SELECT {listed(columns, 'f')} FROM fee_list_d AS f LEFT SEMI JOIN report_line_id AS i ON i.id = f.bkkp_sn"
    )
    return {row["bkkp_sn"]: row for row in rows}


def _broken_headers(tables: Tables, hits: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    days = [hit["setl_date"] for hit in hits if hit["setl_date"]]
    if not days:
        return {}
    tables.ids("report_setl_id", [hit["setl_id"] for hit in hits])
    tables.landed("setl_d", since=min(days))
    rows = tables.rows(
        "SELECT s.setl_id, s.dq_flags FROM setl_d AS s LEFT SEMI JOIN report_setl_id AS i ON i.id = s.setl_id "
        "WHERE list_length(s.dq_flags) > 0"
    )
    return {row["setl_id"]: row["dq_flags"] for row in rows}


def _scores(tables: Tables, rows: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], list[dict[str, Any]]]:
    tables.ids("report_party", [row["party_id"] for row in rows])
    tables.result("score")
    found = tables.rows(
        "SELECT s.party_type, s.party_id, s.model, s.model_ver, s.period, s.p, s.peer_group, s.peer_n, s.percentile, "
        "s.excess_amt, s.reasons FROM score AS s LEFT SEMI JOIN report_party AS i ON i.id = s.party_id "
        "ORDER BY s.party_type, s.party_id, s.p DESC, s.model"
    )
    grouped: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in found:
        row["reasons"] = reasons_of(row["reasons"])
        grouped[(row["party_type"], row["party_id"])].append(row)
    return grouped


def _lead(
    row: Mapping[str, Any],
    evidence: Sequence[Mapping[str, Any]],
    total: Counter[str],
    hits: Mapping[str, Mapping[str, Any]],
    rings: Mapping[str, Mapping[str, Any]],
    cases: Mapping[tuple[str, str], Mapping[str, Any]],
    lines: Mapping[str, Mapping[str, Any]],
    broken: Mapping[str, list[str]],
    scores: Mapping[tuple[str, str], list[dict[str, Any]]],
    states: Mapping[str, str],
    region: str,
) -> Lead:
    reasons = reasons_of(row["reasons"])
    # Evidence of the strongest reason first, as the reasons above it stand.
    place = {reason.ref: nth for nth, reason in reversed(list(enumerate(reasons)))}
    ordered = sorted(
        evidence,
        key=lambda e: (place.get(e["rule_code"] or e["ref_id"], len(place)), e["rule_code"] or "", e["nth"]),
    )
    shown = tuple(_piece(entry, hits, rings, cases, lines) for entry in ordered)
    codes = list(dict.fromkeys(piece.hit["rule_id"] for piece in shown if piece.hit))
    found = [known for known in map(rule, codes) if known]
    if not found and str(row["scheme"]).startswith("rule:"):
        found = rules_of(str(row["scheme"]).removeprefix("rule:"))
    return Lead(
        row=row,
        scheme=scheme(str(row["scheme"])),
        reasons=reasons,
        evidence=shown,
        evidence_total=sum(total.values()),
        families=dict(total),
        scores=tuple(scores.get((row["party_type"], row["party_id"]), [])[:SCORES_SHOWN]),
        basis=basis_words(row["candidate_basis"]),
        discretion=discretion(row["candidate_basis"], region, row["period_to"]),
        pitfalls=tuple((known.title.zh, " ".join(known.pitfalls.split())) for known in found[:3]),
        guides=tuple(known.guide for known in found[:3] if known.guide),
        counterfactuals=tuple(
            Words(known.counterfactual.zh, known.counterfactual.en)
            for known in found[:3]
            if known.counterfactual
        ),
        doubts=tuple(_doubts(row, shown, broken)),
        tested=_checked(row, "explanations"),
        collect=_collect(row),
        change=states.get(row["lead_id"], ""),
    )


def _checked(row: Mapping[str, Any], key: str) -> Words | None:
    """What the lead's own `checks` say under a name, in both languages."""
    checks = parsed(row.get("checks"), {})
    zh = str(checks.get(f"{key}_zh") or "")
    return Words(zh, str(checks.get(f"{key}_en") or zh)) if zh else None


def _collect(row: Mapping[str, Any]) -> tuple[Words, ...]:
    """What the lead itself asks to collect, one by one where both languages list equally many."""
    said = _checked(row, "collect")
    if said is None:
        return ()
    zh, en = said.zh.split("、"), said.en.split(", ")
    return tuple(map(Words, zh, en)) if len(zh) == len(en) else (said,)


def _piece(
    entry: Mapping[str, Any],
    hits: Mapping[str, Mapping[str, Any]],
    rings: Mapping[str, Mapping[str, Any]],
    cases: Mapping[tuple[str, str], Mapping[str, Any]],
    lines: Mapping[str, Mapping[str, Any]],
) -> Evidence:
    hit = hits.get(entry["ref_id"]) if entry["kind"] == "hit" else None
    related = [lines[sn] for sn in (hit["related_sn"] or [])[:RELATED_SHOWN] if sn in lines] if hit else []
    known = rule(hit["rule_id"]) if hit else None
    return Evidence(
        kind=entry["kind"],
        family=entry["family"],
        counted=entry["amount_counted"] or Decimal(0),
        hit=hit,
        ring=rings.get(entry["ref_id"]) if entry["kind"] == "ring" else None,
        case=cases.get((entry["ref_id"], entry["setl_id"])) if entry["kind"] == "score" else None,
        line=lines.get(hit["bkkp_sn"] or "") if hit else None,
        related=tuple(related),
        related_more=max(0, len(hit["related_sn"] or []) - len(related)) if hit else 0,
        rule_title=Words(known.title.zh, known.title.en) if known else None,
        basis=basis_words(hit["basis"]) if hit else (),
        setl_id=(hit or entry)["setl_id"],
        bkkp_sn=(hit or entry)["bkkp_sn"],
        rows=entry["n_rows"],
        counted_here=(entry["settled_here"] or 0) > 0,
    )


def _doubts(
    row: Mapping[str, Any], shown: Sequence[Evidence], broken: Mapping[str, list[str]]
) -> Iterable[Words]:
    """What makes this lead's own data less than certain."""
    hits = [piece.hit for piece in shown if piece.hit]
    unproven = sum(not hit["verified"] for hit in hits)
    if unproven:
        yield Words(
            f"所示命中中 {unproven} 条的规则依据待核",
            f"{unproven} of the hits shown rest on a basis still to be verified",
        )
    missing = sum("关键信息缺失" in (hit["reason_zh"] or "") for hit in hits)
    if missing:
        yield Words(f"{missing} 条因关键信息缺失只列为可疑", f"{missing} only suspect: a key fact is missing")
    flags = Counter(flag for piece in shown if piece.line for flag in piece.line["dq_flags"] or ())
    flags.update(flag for hit in hits for flag in broken.get(hit["setl_id"] or "", ()))
    for flag, times in sorted(flags.items()):
        broke = words_of(IDENTITIES, flag)
        yield Words(
            f"数据恒等式 {flag} 不成立（{broke.zh}）×{times}", f"identity {flag} broken ({broke.en}) ×{times}"
        )
    unknown = {hit["amt_basis"] for hit in hits} & {"unknown", None}
    if unknown:
        yield Words(
            "支付方式不明，基金损失按政策内金额估计", "payment method unknown: the fund's loss is an estimate"
        )
    grouped = {hit["amt_basis"] for hit in hits} & {"by_case", "by_bed_day", "by_head"}
    if grouped:
        yield Words(
            "部分费用按病种、床日或人头付费：单行金额不等于基金损失",
            "partly paid by case, bed-day or head: a line's yuan is not what the fund lost",
        )
    said = _checked(row, "quality")
    if said:
        yield said
    for piece in shown:
        for tag in (piece.ring or {}).get("benign_tags") or ():
            benign = words_of(BENIGN, tag)
            yield Words(f"团伙带良性标记：{benign.zh}", f"the ring carries a benign tag: {benign.en}")
    if not row["amount_at_risk"] and not row["amount_involved"]:
        yield Words(
            "无逐行金额：金额仅为统计估计", "no line-level yuan: the amount is a statistical estimate only"
        )
