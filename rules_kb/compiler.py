"""From rule files to one fused query per grain.

All rules of a grain share one pass: their knowledge points form one relation keyed by item code (a line
without a point never enters), predicates are evaluated once per candidate, and only what a rule speaks
up on gets its reason, evidence and amount. The hundredth rule costs a CASE branch and its points.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

import features
from core.engine import Engine
from core.settings import RulesSettings
from rules_kb import knowledge, silence
from rules_kb.expression import Scope
from rules_kb.rule import Rule

_ARROW_SQL = {"string": "STRING", "int64": "BIGINT", "date32[day]": "DATE"}


@dataclass(frozen=True)
class Pack:
    """The rules that judge in one run: (rule, shadow), regional parameters, where the knowledge lies."""

    rules: tuple[tuple[Rule, bool], ...]
    settings: RulesSettings
    knowledge_folder: Path = knowledge.FOLDER
    regional: Path | None = None
    verified: Path | None = None
    region: str = "*"
    suppressions: Path | None = None

    @property
    def grains(self) -> list[str]:
        """Grains with at least one rule, sorted."""
        return sorted({rule.grain for rule, _ in self.rules})

    def of(self, grain: str) -> list[tuple[Rule, bool]]:
        """The rules of a grain, sorted by id."""
        return [(rule, shadow) for rule, shadow in self.rules if rule.grain == grain]

    def table(self, name: str) -> knowledge.KnowledgeTable:
        """A knowledge table as this run sees it."""
        return _load(name, self.knowledge_folder, self.regional, self.verified)

    @property
    def kb_ver(self) -> str:
        """Twelve hex digits over rule versions and the content of the knowledge they join."""
        content = hashlib.sha256()
        names = set()
        for rule, shadow in self.rules:
            content.update(f"{rule.id}:{rule.version}:{shadow};".encode())
            names |= {use.table for use in rule.knowledge.values()}
        for name in sorted(names):
            content.update(name.encode() + self.table(name).path.read_bytes())
        content.update(json.dumps(self.settings.parameters, sort_keys=True, default=str).encode())
        for name in (*silence.TABLES, *silence.REGISTERS):
            content.update(name.encode() + self.table(name).path.read_bytes())
        own = sorted(self.regional.glob("*.csv")) if self.regional is not None else []
        for file in (*own, self.verified, self.suppressions):
            if file is not None and file.is_file():
                content.update(file.read_bytes())
        return content.hexdigest()[:12]

    def parameters(self, rule: Rule) -> dict[str, Any]:
        """A rule's thresholds: the region's where it sets them, else the default of the file."""
        regional = self.settings.parameters.get(rule.id, {})
        return {name: regional.get(name, p.default) for name, p in rule.parameters.items()}


@cache
def _load(name: str, folder: Path, regional: Path | None, verified: Path | None) -> knowledge.KnowledgeTable:
    return knowledge.load(name, folder, regional, verified)


def judge(engine: Engine, pack: Pack, grains: Sequence[str]) -> list[str]:
    """Register `judged_<grain>` for each grain and return the names.

    One row per candidate on which a rule speaks up; what a policy window or a suppression silences stands
    in `silenced_<grain>` (not applicable, with the document in `silenced_by`): counted, never a hit. Needs
    the landing tables and `judged_day` on the engine. Features that grains share are computed once.
    """
    _register_knowledge(engine, pack, grains)
    points = {grain: _register_points(engine, pack, grain) for grain in grains}
    features.register(engine, *grains)
    return [judge_candidates(engine, pack, grain, grain, *points[grain]) for grain in grains]


def judge_candidates(
    engine: Engine,
    pack: Pack,
    grain: str,
    candidates: str,
    points: Mapping[str, Mapping[str, str]],
    kinds: Mapping[str, str],
) -> str:
    """The same, over a relation that already has the grain's rows (rule examples come this way)."""
    facts = engine.run(f"SELECT * FROM {candidates} LIMIT 0").schema
    engine.register(f"rule_{grain}", arrow=_constants(pack.of(grain)))
    query = _fused(pack, grain, candidates, facts, points, kinds)
    engine.register(f"spoken_{grain}", sql=query, keep=True)
    engine.register(f"judged_{grain}", sql=f"SELECT * FROM spoken_{grain} WHERE silenced_by IS NULL")
    engine.register(f"silenced_{grain}", sql=f"SELECT * FROM spoken_{grain} WHERE silenced_by IS NOT NULL")
    return f"judged_{grain}"


def register_points(
    engine: Engine, pack: Pack, grain: str
) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    """Register `point_<grain>` and the knowledge it rests on.

    Returns per rule id its knowledge column → column of the relation, and each such column's type.
    """
    _register_knowledge(engine, pack, [grain])
    return _register_points(engine, pack, grain)


def _register_knowledge(engine: Engine, pack: Pack, grains: Sequence[str]) -> None:
    """Register what the points of all these grains are made of: each table once."""
    uses = {use.table for grain in grains for rule, _ in pack.of(grain) for use in rule.knowledge.values()}
    engine.register("rule_nothing", arrow=pa.table({"nothing": pa.array([], pa.int64())}))
    for name in sorted(uses):
        engine.register(f"kb_{name}", arrow=pack.table(name).arrow)
    for name in silence.REGISTERS:
        engine.register(name, arrow=pack.table(name).arrow)
    if any(_by_name(pack, grain) for grain in grains):
        features.register(engine, "charged_item")


def _by_name(pack: Pack, grain: str) -> bool:
    """Whether points of this grain name items by a part of the name and the grain does not look them up itself."""
    tables = [pack.table(use.table).arrow for rule, _ in pack.of(grain) for use in rule.knowledge.values()]
    return "name_part" not in features.features()[grain].points and any(
        {"name_part", "hilist_code"} <= set(rows.column_names) and rows["hilist_code"].null_count
        for rows in tables
    )


def _register_points(
    engine: Engine, pack: Pack, grain: str
) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    columns: dict[str, str] = {}
    names: dict[str, dict[str, str]] = {}
    for rule, _ in pack.of(grain):
        names[rule.id] = {}
        for use in rule.knowledge.values():
            for field in pack.table(use.table).arrow.schema:
                kind = _sql_type(field.type)
                name = f"k_{field.name}_{kind.split('(')[0].lower()}"
                columns[name] = kind
                names[rule.id][field.name] = name
    wanted = {alias: text.split() for alias, text in features.features()[grain].points.items()}
    selects = []
    for number, (rule, _) in enumerate(pack.of(grain), start=1):
        for use in rule.knowledge.values():
            own = {names[rule.id][field]: field for field in names[rule.id]}
            special = [
                f"{_first(own.values(), [use.columns.get(alias, ''), *fields], kind)} AS {alias}"
                for alias, (kind, *fields) in wanted.items()
            ]
            fields = [
                f"t.{own[c]} AS {c}" if c in own else f"CAST(NULL AS {columns[c]}) AS {c}" for c in columns
            ]
            where = f" WHERE {use.where.replace(f'{rule.alias}.', 't.')}" if use.where else ""
            code = _first(own.values(), [use.columns.get("hilist_code", "hilist_code")], "text")
            selects.append(
                f"SELECT {number} AS rule_no, '{rule.id}' AS rule_id, "
                f"{_point_id(pack.table(use.table))} AS point_id, "
                f"{code} AS hilist_code, {_begndate(own.values())} AS begndate, "
                f"{_first(own.values(), ['enddate'], 'date')} AS enddate, t.verify_status, "
                f"t.source AS point_source{''.join(', ' + s for s in special + fields)} "
                f"FROM kb_{use.table} AS t{where}"
            )
    if selects and _by_name(pack, grain):
        # The points of this grain that only name their item get the codes charged under such a name.
        engine.register(f"named_point_{grain}", sql=" UNION ALL ".join(selects))
        head = ["rule_no", "rule_id", "point_id"]
        tail = ["begndate", "enddate", "verify_status", "point_source", *wanted, *columns]
        mine = ", ".join(f"n.{name}" for name in head)
        rest = ", ".join(f"n.{name}" for name in tail)
        engine.register(
            f"point_{grain}",
            sql=f"SELECT {mine}, n.hilist_code, {rest} FROM named_point_{grain} AS n "
            f"WHERE n.hilist_code IS NOT NULL UNION ALL "
            f"SELECT {mine}, i.hilist_code, {rest} FROM named_point_{grain} AS n "
            f"JOIN charged_item AS i ON contains_text(i.hilist_name, n.k_name_part_string) "
            f"WHERE n.hilist_code IS NULL",
            keep=True,
        )
    elif selects:
        engine.register(f"point_{grain}", sql=" UNION ALL ".join(selects), keep=True)
    elif f"point_{grain}" in features.reading(grain):
        # No rule with points is awake: the grain still finds its relation, without rows.
        base = {"rule_id": "STRING", "point_id": "STRING", "hilist_code": "STRING", "begndate": "DATE"}
        base |= {"enddate": "DATE"} | {alias: _KINDS[kind] for alias, (kind, *_) in wanted.items()}
        nothing = ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, kind in base.items())
        engine.register(f"point_{grain}", sql=f"SELECT {nothing} FROM rule_nothing")
    return names, columns


_KINDS = {
    "text": "STRING",
    "whole": "BIGINT",
    "amount": "DECIMAL(16,2)",
    "number": "DECIMAL(16,4)",
    "date": "DATE",
}


def _first(own: Collection[str], fields: Sequence[str], kind: str) -> str:
    """The first of these columns that the knowledge table has, else NULL of the kind."""
    return next((f"t.{field}" for field in fields if field in own), f"CAST(NULL AS {_KINDS[kind]})")


def _begndate(own: Collection[str]) -> str:
    return "t.begndate" if "begndate" in own else "DATE '1949-10-01'"


def _point_id(table: knowledge.KnowledgeTable) -> str:
    """A published point's own id; of the other tables table, key and first day."""
    if "point_id" in table.arrow.column_names:
        return "t.point_id"
    parts = [f"'{table.name}'", *(f"t.{key}" for key in table.header.key)]
    parts += ["t.begndate"] if table.header.dated else []
    joined = ", '/', ".join(parts)
    return f"concat_text({joined})"


def _sql_type(kind: pa.DataType) -> str:
    if pa.types.is_decimal(kind):
        return f"DECIMAL({kind.precision},{kind.scale})"
    return _ARROW_SQL[str(kind)]


def _constants(rules: Sequence[tuple[Rule, bool]]) -> pa.Table:
    """One row per rule with what does not depend on the candidate."""
    rows = [
        {
            "constant_no": number,
            "rule_id": rule.id,
            "rule_code": rule.code,
            "rule_ver": rule.version,
            "stages": list(rule.stages),
            "rule_result": rule.result,
            "sev_deg": rule.severity,
            "logic_verified": rule.verified,
            "shadow": shadow,
            "party": rule.party,
            "unknown_is": rule.unknown,
            "basis": json.dumps(
                [b.model_dump(exclude_none=True) for b in rule.basis], ensure_ascii=False, sort_keys=True
            ),
            "valid_from": rule.valid.from_,
            "valid_to": rule.valid.to,
            "uses_points": bool(rule.knowledge),
        }
        for number, (rule, shadow) in enumerate(rules, start=1)
    ]
    schema = pa.schema(
        [
            ("constant_no", pa.int64()),
            ("rule_id", pa.string()),
            ("rule_code", pa.string()),
            ("rule_ver", pa.int64()),
            ("stages", pa.list_(pa.string())),
            ("rule_result", pa.string()),
            ("sev_deg", pa.int64()),
            ("logic_verified", pa.bool_()),
            ("shadow", pa.bool_()),
            ("party", pa.string()),
            ("unknown_is", pa.string()),
            ("basis", pa.string()),
            ("valid_from", pa.date32()),
            ("valid_to", pa.date32()),
            ("uses_points", pa.bool_()),
        ]
    )
    return pa.Table.from_pylist(rows, schema=schema)


def _fused(
    pack: Pack,
    grain: str,
    candidates: str,
    schema: pa.Schema,
    points: Mapping[str, Mapping[str, str]],
    kinds: Mapping[str, str],
) -> str:
    facts = schema.names
    numbers = {field.name for field in schema if _is_quantity(field.type)}
    numbers |= {
        name for name, kind in kinds.items() if kind.startswith("DECIMAL") and not kind.endswith(",2)")
    }
    scopes = {
        number: Scope(
            rule, set(facts), points.get(rule.id, {}), pack.parameters(rule), f"{rule.id}.yaml", numbers
        )
        for number, (rule, _) in enumerate(pack.of(grain), start=1)
    }
    when = {number: scope.expression(scope.rule.when) for number, scope in scopes.items()}
    pointed = {n for n, scope in scopes.items() if scope.rule.knowledge}
    plain = sorted(set(scopes) - pointed)
    own = [name for name in facts if name not in ("rule_id", "point_id", "rule_no")]
    mine = ", ".join(f"g.{name}" for name in own)
    # Every knowledge column of the grain's points, so that both halves of the union have one shape.
    known = sorted(kinds.items())
    branches = []
    if pointed:
        match = (
            "p.rule_id = g.rule_id AND p.point_id = g.point_id"
            if "point_id" in facts
            else "p.hilist_code = g.hilist_code AND g.service_date >= p.begndate "
            "AND g.service_date <= COALESCE(p.enddate, DATE '9999-12-30')"
        )
        columns = "".join(f", p.{c}" for c, _ in known)
        points_of = f"point_{grain}"
        if "point_id" in facts:
            # A point that names its item by a part of the name stands once for each charged code that bears it.
            bare = ", ".join(
                ("rule_no", "rule_id", "point_id", "verify_status", "point_source", *(c for c, _ in known))
            )
            points_of = f"(SELECT DISTINCT {bare} FROM point_{grain})"
        branches.append(
            f"SELECT {mine}, p.rule_no, p.point_id, p.verify_status, p.point_source{columns} "
            f"FROM {candidates} AS g JOIN {points_of} AS p ON {match}"
        )
    if plain:
        # Lines no plain rule speaks up on leave before they are multiplied by the rules.
        spoken = " OR ".join(f"COALESCE({when[n]}, TRUE)" for n in plain)
        columns = "".join(f", CAST(NULL AS {kind}) AS {c}" for c, kind in known)
        branches.append(
            f"SELECT {mine}, r.constant_no AS rule_no, '' AS point_id, 'verified' AS verify_status, "
            f"CAST(NULL AS STRING) AS point_source{columns} "
            f"FROM (SELECT * FROM {candidates} WHERE {spoken}) AS g CROSS JOIN rule_{grain} AS r "
            "WHERE NOT r.uses_points"
        )
    held = " ".join(f"WHEN rule_no = {n} THEN {text}" for n, text in when.items())
    amounts = _cases(
        {
            n: scope.expression(scope.rule.amount)
            for n, scope in scopes.items()
            if scope.rule.amount is not None
        },
        "CAST(NULL AS DECIMAL(16,2))",
    )
    reasons_zh = _cases({n: s.sentence(s.rule.reason.zh) for n, s in scopes.items()}, "''")
    reasons_en = _cases({n: s.sentence(s.rule.reason.en) for n, s in scopes.items()}, "''")
    evidences = _cases({n: s.evidence() for n, s in scopes.items()}, "'{}'")
    silenced_by = silence.condition(
        pack.table,
        pack.region,
        pack.suppressions,
        {number: scope.rule for number, scope in scopes.items()},
        set(facts),
    )
    # The result is the weakest of three: the catalogue's, the logic's status, the point's status.
    return f"""
WITH candidate AS ({" UNION ALL ".join(branches)}),
spoken AS (
  SELECT v.*, CASE WHEN v.held THEN 'hit' ELSE 'unknown' END AS verdict
  FROM (SELECT candidate.*, CASE {held} END AS held FROM candidate) AS v
  WHERE COALESCE(v.held, TRUE)
),
priced AS (
  SELECT s.*, r.rule_id, r.rule_code, r.rule_ver, r.rule_result, r.sev_deg, r.shadow, r.party, r.basis,
         r.unknown_is,
         CASE WHEN r.logic_verified AND s.verify_status = 'verified' THEN TRUE ELSE FALSE END AS verified,
         as_money({amounts}) AS vola_amt
  FROM spoken AS s JOIN rule_{grain} AS r ON r.constant_no = s.rule_no
  WHERE list_has(r.stages, s.stage) AND s.service_date >= r.valid_from
    AND s.service_date <= COALESCE(r.valid_to, DATE '9999-12-30')
    AND (s.verdict = 'hit' OR r.unknown_is <> 'pass')
)
SELECT text_hash(rule_id, rule_ver, point_id, candidate_key) AS hit_id, rule_id, rule_code, rule_ver, stage,
       CASE WHEN verdict = 'unknown' AND unknown_is = 'not_evaluable' THEN 'not_evaluable'
            WHEN rule_result = 'violation' AND (verdict = 'unknown' OR NOT verified) THEN 'suspect'
            ELSE rule_result END AS result,
       verified, sev_deg,
       CASE WHEN party = 'person' THEN 'person' WHEN party = 'doctor' AND dr_code IS NOT NULL THEN 'doctor'
            ELSE provider_type END AS party_type,
       CASE WHEN party = 'person' THEN psn_no WHEN party = 'doctor' AND dr_code IS NOT NULL THEN dr_code
            ELSE fixmedins_code END AS party_id,
       fixmedins_code, psn_no, dr_code, mdtrt_id, setl_id, bkkp_sn, related_sn, setl_date, service_date,
       vola_amt,
       CASE WHEN amt_basis IN ('by_case', 'by_bed_day', 'by_head') THEN as_money(0)
            ELSE prorate(vola_amt, greater_of(setl_fund_amt, 0), setl_inscp_amt) END AS fund_amt,
       amt_basis,
       concat_text({reasons_zh}, CASE WHEN verdict = 'unknown' THEN '（关键信息缺失，列为可疑）' END,
                   CASE WHEN NOT verified THEN '（依据待核）' END) AS reason_zh,
       concat_text({reasons_en}, CASE WHEN verdict = 'unknown' THEN ' (a key fact is missing: suspect)' END,
                   CASE WHEN NOT verified THEN ' (basis to be verified)' END) AS reason_en,
       {evidences} AS evidence,
       basis, shadow, judged_day, point_id, candidate_key, verdict, {silenced_by} AS silenced_by
FROM priced
"""


def _is_quantity(kind: pa.DataType) -> bool:
    """Whether a column counts or measures (cnt, shares): money has two decimals and keeps them."""
    return pa.types.is_floating(kind) or (pa.types.is_decimal(kind) and kind.scale > 2)


def _cases(branches: Mapping[int, str], otherwise: str) -> str:
    if not branches:
        return otherwise
    text = " ".join(f"WHEN rule_no = {number} THEN {sql}" for number, sql in branches.items())
    return f"CASE {text} ELSE {otherwise} END"
