"""The ranked list as a file: CSV and JSON with national names, a workbook with Chinese heads and evidence."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from core.engine import Engine
from core.errors import UsageError
from core.schema import TABLES
from fundguard.casework.citation import basis_words
from fundguard.casework.reasons import reasons_of, told_reasons
from fundguard.casework.schemes import rule, scheme
from fundguard.casework.sheets import (
    MONEY,
    NUMBER,
    PERCENT,
    WHOLE,
    Field,
    Sheet,
    checked_target,
    write_csv,
    write_whole,
    write_workbook,
)
from fundguard.casework.words import KINDS, MODELS, PARTIES, QUEUES, RING_KINDS, STREAMS, words_of
from pipelines.warehouse import Warehouse

SUFFIXES = ("csv", "xlsx", "json")
EVIDENCE_ROWS = 50_000
"""A workbook holds at most so many rows of evidence; it says how many it leaves out."""

_LEAD = TABLES["lead"]
_ORDER = "CASE WHEN queue = 'investigate' THEN 1 WHEN queue = 'recover' THEN 2 ELSE 3 END"


def nights(warehouse: Warehouse) -> list[date]:
    """Days with a list of leads, oldest first."""
    return sorted(date.fromisoformat(part.split("=", 1)[1]) for part in warehouse.partitions(_LEAD))


def night_of(warehouse: Warehouse, as_of: date | None) -> date:
    """The day asked for, else the last one. UsageError names the days there are."""
    days = nights(warehouse)
    if not days:
        raise UsageError(f"no leads yet in [{warehouse.home}]: run `fundguard nightly` first")
    if as_of is None:
        return days[-1]
    if as_of not in days:
        raise UsageError(f"no leads of [{as_of}]: there are {', '.join(str(day) for day in days[-5:])}")
    return as_of


def export_leads(engine: Engine, warehouse: Warehouse, as_of: date | None, out: Path) -> int:
    """Write the list as of a day (None: the last) to FILE.csv, .xlsx or .json; returns how many leads.

    All queues in the order of work, each by rank. UsageError (exit 2): unknown suffix, folder, or day.
    """
    suffix = checked_target(out, SUFFIXES)
    day = night_of(warehouse, as_of)
    warehouse.register(engine, "lead", since=day, until=day)
    names = _LEAD.names
    rows = engine.run(
        f"SELECT {', '.join(names)} FROM lead ORDER BY {_ORDER}, queue, rank, lead_id"
    ).to_pylist()
    if suffix == "xlsx":
        write_workbook(out, _sheets(engine, warehouse, day, rows))
        return len(rows)
    told = [{**row, "reasons": told_reasons(row["reasons"])} for row in rows]
    if suffix == "csv":
        write_csv(out, names, ([row[name] for name in names] for row in told))
    else:
        write_whole(out, lambda path: _write_json(path, told))
    return len(rows)


def _write_json(path: Path, rows: list[dict[str, Any]]) -> None:
    def value(entry: Any) -> Any:
        return (
            float(entry) if isinstance(entry, Decimal) else str(entry) if isinstance(entry, date) else entry
        )

    def nested(name: str, entry: Any) -> Any:
        try:
            return json.loads(entry) if name in ("reasons", "checks") and entry else value(entry)
        except ValueError:
            return entry

    content = [{name: nested(name, entry) for name, entry in row.items()} for row in rows]
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


def _sheets(engine: Engine, warehouse: Warehouse, day: date, rows: list[dict[str, Any]]) -> list[Sheet]:
    evidence = _evidence(engine, warehouse, day)
    total = engine.count("lead_evidence")
    versions = sorted(
        {(row["rule_code"], row["rule_ver"], row["kb_ver"]) for row in evidence if row["rule_code"]}
    )
    about = [
        ("线索截至", str(day)),
        ("线索条数", str(len(rows))),
        ("涉险金额合计（元，每元只计一次）", f"{sum((row['amount_at_risk'] or Decimal(0) for row in rows), Decimal(0)):,.2f}"),
        ("筛选", "无：全部队列，按队列与名次排列"),
        ("证据行", f"{len(evidence)} / {total}"),
        ("知识库版本", "、".join(sorted({str(version[2]) for version in versions})) or "–"),
        ("规则版本", "、".join(sorted({f"{code} v{version}" for code, version, _ in versions})) or "–"),
        ("说明", "线索不是结论，须经人工核查认定。人员编号为假名或遮蔽值；原始病历号见 leads annex。"),
    ]  # fmt: skip
    return [
        Sheet("线索", _LEAD_FIELDS, (_lead_row(row) for row in rows), frozen=3),
        Sheet("证据", _EVIDENCE_FIELDS, _evidence_rows(evidence), frozen=3),
        Sheet("说明", [Field("项", 36), Field("内容", 90, wrap=True)], about),
    ]


_LEAD_FIELDS = [
    Field("队列", 10), Field("名次", 6, WHOLE), Field("对象名称", 26), Field("情形", 22), Field("对象类型", 10),
    Field("对象编号", 18), Field("起", 11), Field("止", 11), Field("涉险金额", 14, MONEY), Field("涉及金额", 14, MONEY),
    Field("估计金额", 14, MONEY), Field("查实概率", 9, PERCENT), Field("核查工时", 9, NUMBER), Field("得分", 9, NUMBER),
    Field("理由", 60, wrap=True), Field("可能依据", 40, wrap=True), Field("建议路径", 14), Field("来源", 9),
    Field("首次出现", 11), Field("最近出现", 11), Field("状态", 8), Field("情形代码", 14), Field("线索ID", 34),
]  # fmt: skip


def _lead_row(row: Mapping[str, Any]) -> list[Any]:
    code = str(row["scheme"])
    return [
        words_of(QUEUES, row["queue"]).zh, row["rank"], row["party_name"], scheme(code).title.zh,
        words_of(PARTIES, row["party_type"]).zh, row["party_id"], row["period_from"], row["period_to"],
        row["amount_at_risk"], row["amount_involved"], row["amount_estimated"], row["p_confirm"], row["effort_hours"],
        row["score"], "\n".join(reason.says.zh for reason in reasons_of(row["reasons"])),
        "\n".join(clause.zh for clause in basis_words(row["candidate_basis"])), row["suggested_route"],
        words_of(STREAMS, row["stream"]).zh, row["first_seen"], row["last_seen"], row["status"], code, row["lead_id"],
    ]  # fmt: skip


def _evidence(engine: Engine, warehouse: Warehouse, day: date) -> list[dict[str, Any]]:
    """Evidence of all leads with the hits behind it, dearest first within each lead."""
    warehouse.register(engine, "lead_evidence", since=day, until=day)
    register_hits(engine, warehouse, day)
    register_cases(engine, warehouse, day)
    return engine.run(
        "SELECT l.queue, l.rank, l.party_name, e.lead_id, e.family, e.kind, e.ref_id, e.setl_id, e.bkkp_sn, "
        "e.amount_counted, h.rule_id, h.rule_code, h.rule_ver, h.kb_ver, h.result, "
        "COALESCE(h.service_date, c.day) AS service_date, COALESCE(h.fixmedins_code, c.fixmedins_code) AS fixmedins_code, "
        "COALESCE(h.vola_amt, c.amount) AS vola_amt, COALESCE(h.fund_amt, c.amount) AS fund_amt, h.reason_zh, h.basis, "
        "g.ring_kind FROM lead_evidence AS e JOIN lead AS l ON l.lead_id = e.lead_id "
        "LEFT JOIN cited_hit AS h ON h.hit_id = e.ref_id "
        "LEFT JOIN cited_case AS c ON c.kind = e.kind AND c.ref_id = e.ref_id AND c.setl_id = e.setl_id "
        "LEFT JOIN cited_ring AS g ON g.ring_id = e.ref_id AND e.kind = 'ring' "
        f"ORDER BY {_ORDER.replace('queue', 'l.queue')}, l.queue, l.rank, l.lead_id, e.amount_counted DESC, e.kind, "
        f"e.ref_id, e.setl_id, e.bkkp_sn LIMIT {EVIDENCE_ROWS}"
    ).to_pylist()


def register_hits(engine: Engine, warehouse: Warehouse, day: date) -> None:
    """Register `cited_hit`: the latest row, as of a day, of every hit that `lead_evidence` names."""
    files = warehouse.files(TABLES["hit"], until=day)
    if not files:
        warehouse.register(engine, "hit", until=day)
        engine.register("cited_hit", sql="SELECT * FROM hit")
        return
    engine.register("hit_until", parquet=files)
    engine.register(
        "cited_hit",
        sql="SELECT * FROM (SELECT h.*, ROW_NUMBER() OVER (PARTITION BY h.hit_id ORDER BY h.as_of DESC, "
        "h.judged_day DESC) AS nth FROM hit_until AS h LEFT SEMI JOIN "
        "(SELECT ref_id FROM lead_evidence WHERE kind = 'hit') AS e ON e.ref_id = h.hit_id "
        "WHERE NOT h.shadow) AS latest WHERE nth = 1",
        keep=True,
    )


def register_cases(engine: Engine, warehouse: Warehouse, day: date) -> None:
    """Register `cited_case` and `cited_ring`: cases of patterns and settlements of rings as of a day, one per settlement."""
    for table in ("pattern_event", "ring_event", "ring"):
        warehouse.register(engine, table, since=day, until=day)
    engine.register(
        "cited_case",
        sql="SELECT 'score' AS kind, pattern AS ref_id, setl_id, MIN(day) AS day, MIN(fixmedins_code) AS fixmedins_code, "
        "MAX(amount) AS amount FROM pattern_event WHERE setl_id IS NOT NULL GROUP BY pattern, setl_id UNION ALL "
        "SELECT 'ring' AS kind, ring_id AS ref_id, setl_id, MIN(event_date) AS day, MIN(fixmedins_code) AS fixmedins_code, "
        "MAX(fund_amt) AS amount FROM ring_event GROUP BY ring_id, setl_id",
    )
    engine.register("cited_ring", sql="SELECT ring_id, kind AS ring_kind FROM ring")


def evidence_title(row: Mapping[str, Any]) -> str:
    """What a row of evidence shows, in words: the rule, the kind of ring, or the pattern or model."""
    if row["rule_id"]:
        known = rule(row["rule_id"])
        return known.title.zh if known else str(row["rule_id"])
    if row["kind"] == "ring":
        return words_of(RING_KINDS, row["ring_kind"] or "").zh or words_of(KINDS, "ring").zh
    return words_of(MODELS, row["ref_id"]).zh if row["kind"] == "score" else ""


_EVIDENCE_FIELDS = [
    Field("队列", 10), Field("名次", 6, WHOLE), Field("对象名称", 26), Field("证据类型", 10), Field("规则、团伙或情形", 28),
    Field("规则编号", 13), Field("版本", 6, WHOLE), Field("服务日期", 11), Field("机构编号", 16), Field("结算ID", 24),
    Field("记账流水号", 24), Field("疑点金额", 13, MONEY), Field("基金损失", 13, MONEY), Field("计入本线索", 13, MONEY),
    Field("理由", 60, wrap=True), Field("依据", 50, wrap=True), Field("引用ID", 34), Field("线索ID", 34),
]  # fmt: skip


def _evidence_rows(rows: list[dict[str, Any]]) -> Iterator[list[Any]]:
    for row in rows:
        yield [
            words_of(QUEUES, row["queue"]).zh, row["rank"], row["party_name"], words_of(KINDS, row["kind"]).zh,
            evidence_title(row), row["rule_code"], row["rule_ver"], row["service_date"],
            row["fixmedins_code"], row["setl_id"], row["bkkp_sn"], row["vola_amt"], row["fund_amt"], row["amount_counted"],
            row["reason_zh"], "\n".join(clause.zh for clause in basis_words(row["basis"])), row["ref_id"], row["lead_id"],
        ]  # fmt: skip


def one_lead(engine: Engine, warehouse: Warehouse, day: date, lead_id: str) -> dict[str, Any]:
    """The row of one lead as of a day. UsageError when there is none."""
    warehouse.register(engine, "lead", since=day, until=day)
    engine.register("wanted_lead", arrow=pa.table({"id": pa.array([lead_id], pa.string())}))
    found = engine.run(
        "SELECT l.* FROM lead AS l LEFT SEMI JOIN wanted_lead AS w ON w.id = l.lead_id"
    ).to_pylist()
    if not found:
        raise UsageError(f"lead [{lead_id}] is not in the list of {day}: see `fundguard leads export`")
    return dict(found[0])
