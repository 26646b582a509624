"""Small hand-made nights of hits, rings and scores for the leads job."""

import json
from datetime import date, timedelta

import pyarrow as pa

from core.schema import TABLES
from pipelines.jobs import leads
from pipelines.warehouse import empty
from tests.models.worlds import AS_OF, city, money, register, rows, run_of


def hit(n, code="MGT-ACT-001", party=("institution", "C001"), result="suspect", amount=100, **more):
    """One hit of its own line and settlement; `more` replaces any column."""
    setl = f"S{more.get('fixmedins_code', party[1])}{n:03d}"
    row = {
        "hit_id": f"H{code}{party[1]}{n}",
        "rule_id": code.lower(),
        "rule_code": code,
        "rule_ver": 1,
        "kb_ver": "k",
        "stage": "post",
        "result": result,
        "verified": True,
        "sev_deg": 2,
        "party_type": party[0],
        "party_id": party[1],
        "fixmedins_code": party[1] if party[0] != "person" else "C001",
        "psn_no": "N0001",
        "mdtrt_id": f"M{setl}",
        "setl_id": setl,
        "bkkp_sn": f"L{setl}0",
        "related_sn": [],
        "setl_date": AS_OF - timedelta(days=n % 30),
        "service_date": AS_OF - timedelta(days=n % 30),
        "vola_amt": money(amount),
        "fund_amt": money(amount),
        "amt_basis": "by_item",
        "reason_zh": "间隔3日再入院",
        "reason_en": "back after 3 days",
        "evidence": "{}",
        "basis": "条例第三十八条",
        "shadow": False,
        "judged_day": f"setl_date={AS_OF}",
    }
    return {**row, **more}


def ring(
    name="R1", persons=range(10, 18), place="P001", kind="co_visit", tags=(), p_chance=0.001, score=60.0
):
    """A ring of persons at one place, and its members."""
    head = {
        "ring_id": name,
        "kind": kind,
        "score": score,
        "p_chance": p_chance,
        "n_persons": len(persons),
        "n_institutions": 1,
        "first_date": date(2026, 6, 1),
        "last_date": date(2026, 6, 20),
        "fund_amt": money(8000),
        "benign_tags": list(tags),
        "path": "{}",
    }
    members = [
        {"ring_id": name, "party_type": "person", "party_id": f"N{n:04d}", "role": "member", "weight": 1.0}
        for n in persons
    ]
    place_ = {
        "ring_id": name,
        "party_type": "institution",
        "party_id": place,
        "role": "institution",
        "weight": 1.0,
    }
    return head, [*members, place_]


def joint_settlements(persons=range(10, 18), place="P001", days=(1, 5, 9)):
    """Settlements of all persons at the place on the same days."""
    made = city(clinics=1, pharmacies=1)["setl_d"][0]
    return [
        {
            **made,
            "setl_id": f"J{d}{n}",
            "mdtrt_id": f"MJ{d}{n}",
            "psn_no": f"N{n:04d}",
            "fixmedins_code": place,
            "setl_time": made["setl_time"].replace(year=2026, month=6, day=d),
            "fund_pay_sumamt": money(50),
        }
        for d in days
        for n in persons
    ]


def joint_events(rings, settlements):
    """What `ring_event` lists: of each member of a ring the settlements its persons made at its place."""
    listed = []
    for head, members in rings:
        persons = {m["party_id"] for m in members if m["party_type"] == "person"}
        places = {m["party_id"] for m in members if m["party_type"] != "person"}
        for made in settlements:
            if made["psn_no"] not in persons or made["fixmedins_code"] not in places:
                continue
            own = {"person": made["psn_no"], "institution": made["fixmedins_code"]}
            listed += [
                {
                    "ring_id": head["ring_id"],
                    "party_type": party_type,
                    "party_id": party_id,
                    "setl_id": made["setl_id"],
                    "psn_no": made["psn_no"],
                    "fixmedins_code": made["fixmedins_code"],
                    "event_date": made["setl_time"].date(),
                    "fund_amt": made["fund_pay_sumamt"],
                }
                for party_type, party_id in own.items()
            ]
    return listed


def score(party=("institution", "C002"), model="peers", p=0.9, excess=5000):
    return {
        "party_type": party[0],
        "party_id": party[1],
        "model": model,
        "model_ver": "v",
        "period": "w",
        "score": p,
        "p": p,
        "reasons": "[]",
        "peer_group": "一级",
        "peer_n": 40,
        "percentile": 99.0,
        "excess_amt": money(excess),
    }


def ordinary():
    """Everybody is hit now and then: one or two split stays at each of 40 clinics."""
    return [hit(n, party=("institution", f"C{c:03d}")) for c in range(2, 40) for n in range(1 + c % 2)]


def case(person, place, pattern="early_refill"):
    """One case of a pattern that is a person's own."""
    return {
        "pattern": pattern,
        "case_id": f"{person}/{place}",
        "psn_no": person,
        "fixmedins_code": place,
        "day": AS_OF,
        "amount": money(100),
    }


def night(
    engine, hits=(), rings=(), scores=(), before=None, settlements=(), cases=(), homes=None, **settings
):
    """Run the job; returns (leads, evidence) as lists of dicts. `homes`: person → address where registered."""
    world = city()
    world["setl_d"] = world["setl_d"] + list(settlements)
    world["psn_info_b"] = [
        {**row, "resd_addr": (homes or {}).get(row["psn_no"], row.get("resd_addr"))}
        for row in world["psn_info_b"]
    ]
    world["pattern_event"] = list(cases)
    register(engine, world)
    engine.register("hit", arrow=rows("hit", list(hits)))
    engine.register("ring", arrow=rows("ring", [head for head, _ in rings]))
    engine.register("ring_member", arrow=rows("ring_member", [m for _, ms in rings for m in ms]))
    engine.register("ring_event", arrow=rows("ring_event", joint_events(rings, settlements)))
    engine.register("score", arrow=rows("score", list(scores)))
    shape = empty(TABLES["lead"]).schema
    engine.register("lead_before", arrow=pa.Table.from_pylist(list(before or []), schema=shape))
    engine.register("lead_evidence_before", arrow=empty(TABLES["lead_evidence"]))
    found = leads.transform(engine, run_of(**settings))
    columns = ", ".join(TABLES["lead"].names)
    listed = engine.run(f"SELECT {columns} FROM {found['lead']}").to_pylist()
    evidence = engine.run(f"SELECT * FROM {found['lead_evidence']}").to_pylist()
    order = {"investigate": 0, "recover": 1, "explore": 2}
    return sorted(listed, key=lambda r: (order[r["queue"]], r["rank"])), evidence


def reasons_of(lead):
    return json.loads(lead["reasons"])
