"""Ring kind `prescriber_pharmacy`: a doctor, a pharmacy and their cards (T16, T17, T48).

The settlement line is the joint edge, so no search for cliques is needed: doctor × pharmacy pairs whose
scripts outnumber what the doctor's volume and the pharmacy's share among *other* doctors explain.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa

from core.engine import Engine
from features.network.group import tail_surprise
from features.network.ring import EPOCH, SCHEMA, Member, Step, ring_rows, table

KIND = "prescriber_pharmacy"
FEATURES = ("pharmacy_script",)
OFTEN = 3
"""Scripts of one person through the pair from which on the person counts as taking part, where such persons
make up half of the pair's scripts: among hundreds of customers somebody comes three times."""


def register(engine: Engine, parameters: Mapping[str, float]) -> str:
    """Register `ring_prescriber_pharmacy` (shape `ring.SCHEMA`): one ring per doctor and pharmacy."""
    # Colleagues are the doctors of the same institution; without them, all other doctors.
    engine.register(
        "script_pair",
        sql=(
            "SELECT p.dr_code, p.fixmedins_code, p.scripts, p.persons, d.scripts AS of_doctor, "
            "f.scripts - p.scripts AS others_here, a.scripts - d.scripts AS others, "
            "COALESCE(ch.scripts, 0) - p.scripts AS colleagues_here, "
            "COALESCE(c.scripts, 0) - d.scripts AS colleagues "
            "FROM (SELECT dr_code, fixmedins_code, MIN(dr_place) AS dr_place, COUNT(*) AS scripts, "
            "COUNT(DISTINCT psn_no) AS persons FROM pharmacy_script GROUP BY dr_code, fixmedins_code) AS p "
            "JOIN (SELECT dr_code, COUNT(*) AS scripts FROM pharmacy_script GROUP BY dr_code) AS d "
            "ON d.dr_code = p.dr_code "
            "JOIN (SELECT fixmedins_code, COUNT(*) AS scripts FROM pharmacy_script "
            "GROUP BY fixmedins_code) AS f ON f.fixmedins_code = p.fixmedins_code "
            "LEFT JOIN (SELECT dr_place, fixmedins_code, COUNT(*) AS scripts FROM pharmacy_script "
            "GROUP BY dr_place, fixmedins_code) AS ch "
            "ON ch.dr_place = p.dr_place AND ch.fixmedins_code = p.fixmedins_code "
            "LEFT JOIN (SELECT dr_place, COUNT(*) AS scripts FROM pharmacy_script GROUP BY dr_place) AS c "
            "ON c.dr_place = p.dr_place "
            "CROSS JOIN (SELECT COUNT(*) AS scripts FROM pharmacy_script) AS a "
            f"WHERE p.scripts >= {int(parameters['scripts_least'])} "
            f"AND p.persons >= {int(parameters['persons_least_unknown'])} "
            "AND times(2, p.scripts) >= d.scripts"
        ),
        keep=True,
    )
    engine.register(
        "script_input",
        sql=(
            "SELECT concat_text(p.dr_code, '/', p.fixmedins_code) AS pair_key, p.*, s.psn_no, s.script_date, s.setl_ids, "
            "round_down(times(100, s.fund_pay_sumamt)) AS fund_cents, "
            "COALESCE(n.fixmedins_name, p.fixmedins_code) AS name "
            "FROM script_pair AS p JOIN pharmacy_script AS s "
            "ON s.dr_code = p.dr_code AND s.fixmedins_code = p.fixmedins_code "
            "LEFT JOIN fixmedins_b AS n ON n.fixmedins_code = p.fixmedins_code"
        ),
        keep=True,
    )
    engine.by_key(
        "ring_prescriber_pharmacy",
        "script_input",
        key="pair_key",
        order=("script_date", "psn_no"),
        function=_ring_of(),
        schema=SCHEMA,
    )
    return "ring_prescriber_pharmacy"


def _ring_of() -> Callable[[pa.Table], pa.Table]:
    def function(rows: pa.Table) -> pa.Table:
        scripts = rows.to_pylist()
        pair = scripts[0]
        share = (pair["others_here"] + 1) / (pair["others"] + 2)
        tags = []
        if pair["colleagues"] >= 20:
            near = (pair["colleagues_here"] + 1) / (pair["colleagues"] + 2)
            # The pharmacy beside the clinic serves every doctor of it.
            if near >= 0.5:
                tags = ["sole_pharmacy"]
            share = max(share, near)
        elif share >= 0.5:
            tags = ["sole_pharmacy"]
        expected = max(1e-6, 2 * share * pair["of_doctor"])
        # Volume alone must not win: at most 60 decades, as everywhere, less the search over pairs.
        strength = tail_surprise(pair["scripts"], expected) - 6
        if strength <= 0:
            return table([])
        count = Counter(script["psn_no"] for script in scripts)
        # Who fetched a script or two is a customer of the pair, no member; who comes again and again may be.
        often = {person for person, n in count.items() if n >= OFTEN}
        if 2 * sum(count[person] for person in often) < len(scripts):
            often = set()
        members = [
            Member("person", person, "member", count[person] / max(count.values())) for person in often
        ]
        settled = {(s["psn_no"], setl) for s in scripts for setl in s["setl_ids"].split(",")}
        members.append(Member("doctor", pair["dr_code"], "doctor", 1.0))
        members.append(Member("pharmacy", pair["fixmedins_code"], "pharmacy", 1.0))
        by_day: dict[int, list[dict[str, Any]]] = {}
        for script in scripts:
            by_day.setdefault((script["script_date"] - EPOCH).days, []).append(script)
        steps = [
            Step(
                day=day,
                place=pair["fixmedins_code"],
                persons=sorted({s["psn_no"] for s in group} & often),
                fund=sum(s["fund_cents"] for s in group),
                note={"institution_name": pair["name"], "scripts": str(len(group))},
            )
            for day, group in by_day.items()
        ]
        says = {
            "zh": f"该医生{pair['of_doctor']}张外配处方中{pair['scripts']}张({pair['persons']}人)"
            "在同一药店取药,"
            f"按其他医生的情况约为{expected / 2:.1f}张",
            "en": f"{pair['scripts']} of the doctor's {pair['of_doctor']} outside prescriptions "
            f"({pair['persons']} persons) were filled at one pharmacy; other doctors' habits give about "
            f"{expected / 2:.1f}",
        }
        return table(
            ring_rows(
                KIND, strength=strength, members=members, steps=steps, tags=tags, says=says, settled=settled
            )
        )

    return function
