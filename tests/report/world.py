"""A small made-up HOME: warehouse rows of core.schema and a manifest, as a night would leave them.

Every row is drawn from one seeded generator; nothing here comes from the simulator or from a night, so
the report is tested against the declared tables alone.
"""

import json
import random
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from core.engine.base import arrow_schema, declared_columns, parse_extra
from core.schema import LANDING, TABLES
from pipelines.warehouse import BOOKKEEPING

AS_OF = date(2026, 6, 30)
BEFORE = date(2026, 6, 29)
RUN_ID = "2026-06-30-duckdb-0a1b2c3d"
DAYS = 14

PATTERN = "sham_stay"

_RULES = [
    ("service_repeat_charge", "POL-SVC-012", "T19", "charge"),
    ("service_day_cap", "POL-SVC-014", "T19", "charge"),
    ("split_admission", "MGT-ACT-001", "T03", "stay"),
    ("trace_code_sold_twice", "EXT-007", "T13", "trace"),
    ("drug_level_limit", "POL-MED-012", "rule:POL-MED-012", "scope"),
    ("visit_during_stay", "EXT-004", "T02", "stay"),
    ("oversupply_across_institutions", "EXT-019", "T11", "supply"),
    ("service_after_death", "EXT-005", "T09", "death"),
]
_ITEMS = [
    ("001204000010000-1204", "静脉输液（门诊）", "门诊静脉输液", 12),
    ("002201000010000-220", "彩色多普勒超声常规检查", "彩超（腹部）", 120),
    ("003102000020000-310", "常规心电图检查", "心电图十二导联", 20),
    ("XA10BDM136A001010103", "阿卡波糖片", "阿卡波糖片 50mg×30", 38),
    ("XC09AAY123A001010104", "缬沙坦胶囊", "缬沙坦 80mg×14", 24),
    ("003401000200000-340", "红外线治疗", "红外线照射（部位）", 15),
    ("001201000030000-120", "Ⅱ级护理", "二级护理", 16),
    ("XL01XEA283A001010178", "奥希替尼片", "奥希替尼 80mg×30", 4960),
]
_PLACES = ["城东", "城西", "河口", "青山", "白沙", "石桥", "红星", "平安", "康宁", "长乐", "仁和", "福田"]
_KINDS = ["人民医院", "中医院", "康复医院", "社区卫生服务中心", "骨科医院", "第二医院"]


class World:
    """Rows by table, written partition by partition."""

    def __init__(self, home: Path, *, seed: int = 7, n_leads: int = 36, n_hits: int = 260) -> None:
        self.home = home
        self.random = random.Random(seed)
        self.n_leads, self.n_hits = n_leads, n_hits
        self.rows: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self.hospitals = [f"H4101{n:07d}" for n in range(1, 49)]
        self.pharmacies = [f"P4101{n:07d}" for n in range(1, 17)]
        self.persons = [f"41010000{n:010d}" for n in range(1, 241)]
        self.names: dict[str, str] = {}

    def add(self, table: str, part: str, row: Mapping[str, Any]) -> None:
        self.rows.setdefault((table, part), []).append(dict(row))

    def money(self, low: float, high: float) -> Decimal:
        return Decimal(f"{self.random.uniform(low, high):.2f}")

    def build(self) -> "World":
        self._providers()
        self._settlements()
        self._hits()
        self._rings()
        self._scores()
        self._leads()
        self._write()
        return self

    def _providers(self) -> None:
        for n, code in enumerate(self.hospitals):
            self.names[code] = f"{_PLACES[n % 12]}{_KINDS[(n // 12 + n) % 6]}"
        for n, code in enumerate(self.pharmacies):
            self.names[code] = f"{_PLACES[n % 12]}大药房{n + 1}店"
        for code, name in self.names.items():
            kind = "1" if code.startswith("H") else "2"
            row = {"fixmedins_code": code, "fixmedins_name": name, "fixmedins_type": kind, "hosp_lv": "06", "fix_blng_admdvs": "410102"}  # fmt: skip
            self.add("fixmedins_b", "", row)

    def _settlements(self) -> None:
        draw = self.random
        for n in range(1600):
            day = AS_OF - timedelta(days=draw.randrange(DAYS))
            place = draw.choice(self.hospitals + self.pharmacies)
            person = draw.choice(self.persons)
            stay = place.startswith("H") and draw.random() < 0.08
            setl_id, mdtrt_id = f"S{n:06d}", f"M{n:06d}"
            when = datetime.combine(day, time(draw.randrange(8, 18), draw.randrange(60)))
            lines = [
                self._line(n, k, setl_id, mdtrt_id, person, place, when) for k in range(draw.randrange(1, 6))
            ]
            total = sum((line["det_item_fee_sumamt"] for line in lines), Decimal(0))
            scope = sum((line["inscp_amt"] for line in lines), Decimal(0))
            fund = (scope * Decimal("0.7")).quantize(Decimal("0.01"))
            self.add("setl_d", f"setl_date={day}", {
                "setl_id": setl_id, "mdtrt_id": mdtrt_id, "psn_no": person, "fixmedins_code": place, "insutype": "310",
                "med_type": "21" if stay else "41" if place.startswith("P") else "11", "begndate": day, "enddate": day,
                "setl_time": when, "medfee_sumamt": total, "fulamt_ownpay_amt": total - scope, "overlmt_selfpay": Decimal(0),
                "preselfpay_amt": Decimal(0), "inscp_amt": scope, "fund_pay_sumamt": fund, "psn_pay": total - fund,
                "acct_pay": Decimal(0), "cash_payamt": total - fund, "refd_setl_flag": "0",
                "dq_flags": ["A10"] if n % 97 == 0 else [],
            })  # fmt: skip
            for line in lines:
                self.add("fee_list_d", f"setl_date={day}", line)
            self.add("mdtrt_d", f"event_date={day}", {
                "mdtrt_id": mdtrt_id, "psn_no": person, "fixmedins_code": place, "med_type": "21" if stay else "11",
                "begntime": when, "endtime": when, "ipt_otp_no": f"OTP{n:07d}", "medrcdno": f"BL{n:08d}",
                "adm_dept_name": "内科", "adm_bed": f"{n % 40 + 1}",
            })  # fmt: skip

    def _line(
        self, n: int, k: int, setl_id: str, mdtrt_id: str, person: str, place: str, when: datetime
    ) -> dict[str, Any]:
        code, name, own, price = self.random.choice(_ITEMS)
        cnt = self.random.choice([1, 1, 1, 2, 3])
        amount = Decimal(price * cnt)
        own_pay = (amount * Decimal("0.1")).quantize(Decimal("0.01"))
        return {
            "bkkp_sn": f"L{n:06d}-{k}", "setl_id": setl_id, "mdtrt_id": mdtrt_id, "psn_no": person, "fixmedins_code": place,
            "med_type": "11", "fee_ocur_time": when, "hilist_code": code, "hilist_name": name, "list_type": "201",
            "med_chrgitm_type": "05", "cnt": Decimal(cnt), "pric": Decimal(price), "det_item_fee_sumamt": amount,
            "fulamt_ownpay_amt": own_pay, "overlmt_selfpay": Decimal(0), "preselfpay_amt": Decimal(0), "inscp_amt": amount - own_pay,
            "chrgitm_lv": "02", "medins_list_codg": f"YY{abs(hash_of(own)) % 10000:04d}", "medins_list_name": own,
            "bilg_dept_name": "康复科", "dq_flags": ["A6"] if n % 83 == 0 and k == 0 else [],
        }  # fmt: skip

    def _hits(self) -> None:
        lines = [row for (table, _), rows in self.rows.items() if table == "fee_list_d" for row in rows]
        self.hits: list[dict[str, Any]] = []
        for n in range(self.n_hits):
            line = lines[(n * 7) % len(lines)]
            rule_id, code, _, _ = _RULES[n % len(_RULES)]
            day = line["fee_ocur_time"].date()
            pharmacy = line["fixmedins_code"].startswith("P")
            other = lines[(n * 7 + 1) % len(lines)]
            hit = {
                "hit_id": f"{n:064x}", "rule_id": rule_id, "rule_code": code, "rule_ver": 1, "kb_ver": "5f0c9d1e2a3b",
                "stage": "post" if n % 9 else "in", "result": "violation" if n % 3 else "suspect", "verified": n % 5 != 0, "sev_deg": 1 + n % 3,
                "party_type": "pharmacy" if pharmacy else "institution", "party_id": line["fixmedins_code"],
                "fixmedins_code": line["fixmedins_code"], "psn_no": line["psn_no"], "mdtrt_id": line["mdtrt_id"],
                "setl_id": line["setl_id"], "bkkp_sn": line["bkkp_sn"], "related_sn": [other["bkkp_sn"]] if n % 2 == 0 else [],
                "setl_date": day, "service_date": day, "vola_amt": line["inscp_amt"],
                "fund_amt": (line["inscp_amt"] * Decimal("0.7")).quantize(Decimal("0.01")), "amt_basis": "by_item" if n % 11 else "by_case",
                "reason_zh": f"项目[{line['hilist_name']}]在同一日内与包含它的项目同时计费，疑似重复收费。" + ("（依据待核）" if n % 5 == 0 else ""),
                "reason_en": f"Item [{line['hilist_name']}] was charged on the same day beside the item that contains it.",
                "evidence": json.dumps({"hilist_code": line["hilist_code"]}), "basis": json.dumps([{"law": "reg735", "article": "38", "item": "3"}]),
                "shadow": n % 40 == 39, "judged_day": f"setl_date={day}",
            }  # fmt: skip
            self.hits.append(hit)
            self.add("hit", f"run_date={AS_OF}", hit)

    def _rings(self) -> None:
        for n, (size, tags) in enumerate([(9, []), (6, []), (12, ["dialysis"]), (5, ["household"])]):
            members = self.persons[n * 15 : n * 15 + size]
            places = [self.pharmacies[n], self.pharmacies[n + 5]] if n == 0 else [self.hospitals[n]]
            steps = []
            for k in range(8 + n):
                present = [p for i, p in enumerate(members) if (i + k) % 3 or k % 4 == 0]
                steps.append({
                    "date": str(AS_OF - timedelta(days=5 * k + k % 3)), "time": f"{9 + k % 8:02d}:{k * 7 % 60:02d}", "institution": places[k % len(places)],
                    "persons": present, "fund_amt": f"{120 * len(present)}.50", "institution_name": self.names[places[k % len(places)]],
                    "until": f"{9 + k % 8:02d}:{(k * 7 + 4) % 60:02d}", "surprise": f"{4 + k % 3}.2",
                })  # fmt: skip
            steps.reverse()
            path = {
                "zh": f"{size}人{len(steps)}次在同一时段到同一机构(共{len(places)}家),最多一次{size}人同到",
                "en": f"{size} persons came to the same place at the same time on {len(steps)} occasions ({len(places)} places), up to {size} at once",
                "steps": steps, "steps_left_out": "0", "groups_by_chance": "0.002",
            }  # fmt: skip
            self.add("ring", f"run_date={AS_OF}", {
                "ring_id": f"R{n:031d}", "kind": "co_visit", "score": 88.0 - 9 * n if not tags else 3.1, "p_chance": 0.002, "n_persons": size,
                "n_institutions": len(places), "first_date": date.fromisoformat(steps[0]["date"]), "last_date": AS_OF,
                "fund_amt": sum((Decimal(s["fund_amt"]) for s in steps), Decimal(0)), "benign_tags": tags, "path": json.dumps(path, ensure_ascii=False),
            })  # fmt: skip
            for i, person in enumerate(members):
                self.add("ring_member", f"run_date={AS_OF}", {"ring_id": f"R{n:031d}", "party_type": "person", "party_id": person, "role": "member", "weight": round(0.95 - 0.06 * i, 3)})  # fmt: skip
            for place in places:
                kind = "pharmacy" if place.startswith("P") else "institution"
                self.add("ring_member", f"run_date={AS_OF}", {"ring_id": f"R{n:031d}", "party_type": kind, "party_id": place, "role": "institution", "weight": 1.0})  # fmt: skip

    def _scores(self) -> None:
        draw = self.random
        for n, code in enumerate(self.hospitals + self.pharmacies):
            p = 0.9 if n % 17 == 3 else draw.random() ** 4
            reasons = [
                {"measure": "therapy", "fact": "therapy", "observed": 5120.0, "expected": 1800.0, "z": 4.1, "p_above": 0.97, "part": 1.7, "zh": "次均治疗为同类的 2.8 倍（5,120，同类水平下约 1,800）", "en": "therapy yuan per settlement: 2.8 times its peers (5,120; at the peers' rate 1,800)"},
                {"measure": "lines", "fact": "intensity", "observed": 900, "expected": 500, "z": 2.2, "p_above": 0.6, "part": 0.6, "zh": "次均明细条数为同类的 1.8 倍（900，同类水平下约 500）", "en": "fee lines per settlement: 1.8 times its peers (900; at the peers' rate 500)"},
            ]  # fmt: skip
            for model in ("peers", "isolation_forest"):
                self.add("score", f"run_date={AS_OF}", {
                    "party_type": "institution" if code.startswith("H") else "pharmacy", "party_id": code, "model": model, "model_ver": "peers-1",
                    "period": "2026-01-01/2026-06-30", "score": p, "p": p, "reasons": json.dumps(reasons if p > 0.05 else [], ensure_ascii=False),
                    "peer_group": ["二级|综合", "一级|综合", "一级|康复"][n % 3] if code.startswith("H") else "零售药店", "peer_n": 16, "percentile": round(100 * p, 2), "excess_amt": Decimal(f"{p * 20000:.2f}"),
                })  # fmt: skip

    def _leads(self) -> None:
        parties: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for hit in self.hits:
            if not hit["shadow"]:
                scheme = next(rule[2] for rule in _RULES if rule[0] == hit["rule_id"])
                parties.setdefault((scheme, hit["party_id"]), []).append(hit)
        ordered = sorted(parties.items(), key=lambda item: -sum(h["vola_amt"] for h in item[1]))[
            : self.n_leads
        ]
        owned: set[str] = set()
        ranks = {"investigate": 0, "recover": 0, "explore": 0}
        for n, ((scheme, party), hits) in enumerate(ordered):
            queue = "recover" if n % 4 == 3 else "explore" if n % 9 == 8 else "investigate"
            ranks[queue] += 1
            lead_id = f"LD{n:08d}"
            at_risk = Decimal(0)
            for hit in hits:
                counted = Decimal(0) if hit["bkkp_sn"] in owned else hit["fund_amt"]
                owned.add(hit["bkkp_sn"])
                at_risk += counted
                self.add("lead_evidence", f"run_date={AS_OF}", {"lead_id": lead_id, "family": "rule", "kind": "hit", "ref_id": hit["hit_id"], "setl_id": hit["setl_id"], "bkkp_sn": hit["bkkp_sn"], "amount_counted": counted})  # fmt: skip
            if n in (0, 5):
                self.add("lead_evidence", f"run_date={AS_OF}", {"lead_id": lead_id, "family": "network", "kind": "ring", "ref_id": f"R{0 if n == 0 else 2:031d}", "setl_id": None, "bkkp_sn": None, "amount_counted": Decimal(0)})  # fmt: skip
                case = hits[0]
                self.add("pattern_event", f"run_date={AS_OF}", {"pattern": PATTERN, "case_id": case["mdtrt_id"], "setl_id": case["setl_id"], "psn_no": case["psn_no"], "fixmedins_code": party, "day": case["setl_date"], "amount": Decimal("812.40")})  # fmt: skip
                self.add("lead_evidence", f"run_date={AS_OF}", {"lead_id": lead_id, "family": "conduct", "kind": "score", "ref_id": PATTERN, "setl_id": case["setl_id"], "bkkp_sn": None, "amount_counted": Decimal(0)})  # fmt: skip
            reasons = [
                {"family": "rule", "fact": "hits", "part": 1.9 - 0.03 * n, "zh": f"{len(hits)} 条规则命中，落在 {len(hits)} 次结算", "en": f"{len(hits)} rule hits on {len(hits)} settlements"},
                {"family": "peers", "fact": "therapy", "part": 0.8, "zh": "次均治疗为同类的 2.8 倍", "en": "therapy yuan per settlement 2.8 times its peers"},
                {"family": "network", "fact": "co_visit", "part": 0.45, "zh": "与 9 人同现组在同一药店 8 次同现", "en": "met a group of nine at one pharmacy eight times"},
            ][: 1 if queue == "recover" else 3 - n % 2]  # fmt: skip
            lead = {
                "queue": queue, "rank": ranks[queue], "lead_id": lead_id, "scheme": scheme,
                "party_type": "pharmacy" if party.startswith("P") else "institution", "party_id": party, "party_name": self.names[party],
                "period_from": AS_OF - timedelta(days=120), "period_to": AS_OF, "score": 90.0 - n, "p_confirm": round(0.93 - 0.018 * n, 3),
                "amount_at_risk": at_risk, "amount_involved": sum((h["vola_amt"] for h in hits), Decimal(0)), "amount_estimated": Decimal("18250.00") if n % 3 == 0 else Decimal("0.00"),
                "effort_hours": 6.0 + n % 5, "stream": "rule", "reasons": json.dumps(reasons, ensure_ascii=False),
                "candidate_basis": json.dumps([{"law": "reg735", "article": "38", "item": "3"}]), "suggested_route": "核查",
                "first_seen": BEFORE if n % 3 else AS_OF, "last_seen": AS_OF, "status": "seen" if n % 3 else "new",
                "checks": json.dumps({"explanations_zh": "已与同类对象比较；请现场排除编码对应错误", "explanations_en": "compared with peers; rule out code mapping on site", "collect_zh": "收费清单、项目内涵、医嘱", "collect_en": "fee lists, item notes, orders"}, ensure_ascii=False),
            }  # fmt: skip
            self.add("lead", f"run_date={AS_OF}", lead)
            if n % 3:
                self.add(
                    "lead",
                    f"run_date={BEFORE}",
                    lead | {"amount_at_risk": at_risk if n % 2 else at_risk - 10},
                )
        self.add("lead", f"run_date={BEFORE}", lead | {"lead_id": "LD99999999", "rank": 99, "amount_at_risk": Decimal("77.00"), "scheme": "T24"})  # fmt: skip

    def _write(self) -> None:
        for (table, part), rows in self.rows.items():
            write_rows(self.home, table, part, rows)
        write_manifest(self.home)


def _result(
    name: str, unexpected: int, total: int, most: float, severity: str = "stop", waived: bool = False
) -> dict[str, Any]:
    """One result as the gate writes it."""
    share = unexpected / total
    return {
        "check": name, "table": name.split(".")[0], "severity": severity, "max_share": most, "unexpected": unexpected,
        "total": total, "share": share, "success": share <= most, "waived": waived,
    }  # fmt: skip


def hash_of(text: str) -> int:
    return sum(ord(character) * (nth + 1) for nth, character in enumerate(text))


def write_rows(home: Path, table: str, part: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Rows as one Parquet file of a partition, in the declared shape."""
    extra = parse_extra(BOOKKEEPING) if table in LANDING else [("as_of", "DATE")]
    schema = arrow_schema(declared_columns(TABLES[table], extra, "duckdb"))
    label, _, day = part.partition("=")
    common = {"as_of": date.fromisoformat(day)} if label == "run_date" else {}
    folder = home / "warehouse" / table / part
    folder.mkdir(parents=True, exist_ok=True)
    filled = [{name: (common | dict(row)).get(name) for name in schema.names} for row in rows]
    pq.write_table(pa.Table.from_pylist(filled, schema=schema), folder / "part-0.parquet")


def write_manifest(home: Path, run_id: str = RUN_ID, **changes: Any) -> None:
    """A manifest as pipelines.night writes it."""
    table = {
        "rows_in": 0, "accepted": 0, "unchanged": 0, "replaced": 0, "waiting": 0, "refused": {}, "money_in": "0.00", "money_accepted": "0.00",
        "money_refused": "0.00", "money_superseded": "0.00", "unknown_columns": [], "missing_columns": [], "delivered_columns": [], "flags": {},
    }  # fmt: skip
    tables = {
        "setl_d": table | {"rows_in": 1612, "accepted": 1600, "refused": {"cast": 4, "duplicate": 8}, "money_in": "812345.10", "money_refused": "120.00", "flags": {"A10": 17}},
        "fee_list_d": table | {"rows_in": 4820, "accepted": 4801, "refused": {"cast": 12, "orphan": 7}, "money_in": "812345.10", "money_refused": "88.20", "flags": {"A6": 11}, "missing_columns": ["serv_begntime"]},
        "psn_info_b": table | {"rows_in": 240, "accepted": 240},
        "fixmedins_b": table | {"rows_in": 64, "accepted": 64, "unknown_columns": ["colour"]},
        "mdtrt_d": table | {"rows_in": 1600, "accepted": 1600},
    }  # fmt: skip
    gate = [
        _result(f"{name}.{what}", 0, 1600, 0.05)
        for name in ("setl_d", "fee_list_d", "psn_info_b")
        for what in ("refused_rows", "refused_money", "psn_no.not_null")
    ]
    gate += [
        _result("fee_list_d.chrgitm_lv.in_set", 357, 4820, 0.05, severity="warn"),
        _result("mdtrt_d.refused_rows", 83, 1600, 0.05, waived=True),
    ]
    days = [f"setl_date={AS_OF - timedelta(days=n)}" for n in range(DAYS)]
    manifest = {
        "run_id": run_id, "as_of": str(AS_OF), "region": "demo", "engine": "duckdb", "privacy": "plain", "baseline": False, "source": None,
        "versions": {"fundguard": "0.1.0", "duckdb": "2.0.0", "kb": "5f0c9d1e2a3b", "code": "9e8d7c6b5a40", "python": "3.11.7"},
        "started": "2026-07-01T02:00:00", "finished": "2026-07-01T02:03:12", "state": "done", "judged": sorted(days), "synthetic": True,
        "jobs": {
            "ingest": {
                "state": "done", "start": "2026-07-01T02:00:00", "end": "2026-07-01T02:01:10", "tables": tables, "gate": gate,
                "waived": [{"check": "mdtrt_d.refused_rows", "reason": "已与医院核实，次日重传", "by": "张", "second": "李"}],
                "missing_tables": ["rx_d", "drug_trac_d"], "unknown_tables": [], "kept_dimensions": ["medins_dr_b"], "notes": [], "inputs": [],
            },
            "check": {"state": "done", "start": "2026-07-01T02:01:10", "end": "2026-07-01T02:02:40", "not_evaluable": [{"rule_id": "visit_during_stay", "candidates": 31}]},
        },
    }  # fmt: skip
    manifest |= changes
    path = home / "runs" / run_id / "manifest.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
