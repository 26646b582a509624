"""Plants for rules that need an extension table: group audit, laboratory report, equipment, implants, channel.

The simulator writes an extension table only where one of these is planted. From rules.md §6.
"""

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.plan import WHOLE, Plan
from fundguard.synthetic.plants.ground import (
    days_since,
    events,
    near,
    outpatient,
    patients,
    plain_stay,
    stay,
)


def coded_too_high(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """EXT-006: settled in a dearer group than the record gives; near: the same group."""
    scheme = plan.plant("rule:EXT-006", grade)
    place = int(plan.place(rng, "secondary", "tertiary")[0])
    for count, found, weight, pitfall in (
        (events(grade), "ES35", 1.9 - 0.2 * grade, ""),
        (near(grade), "ES31", 0.0, "复核病组与结算病组一致"),
    ):
        person = patients(plan, rng, count, "grown")
        flags = v.NEAR if pitfall else v.WHOLE
        key = stay(plan, rng, scheme, person, place, days=7, disease="J18.900", flags=flags)
        plan.side.patch("setl_d", key, drg_codg="ES31")
        plan.side.note(
            "drg_audit_d",
            key,
            9 * 86_400,
            drg_codg="ES31",
            audit_drg_codg=found,
            drg_wt=2.2,
            audit_drg_wt=2.2 - weight,
        )
        plan.side.near_miss(key, pitfall)
    plan.party(scheme, "place", place, "main")


def other_method(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """EXT-011: charged by the dearer method than the laboratory used; near: the report agrees; no report."""
    scheme = plan.plant("rule:EXT-011", grade)
    place = int(plan.place(rng, "secondary", "tertiary")[0])
    plan.side.extensions.add("lab_rslt_d")
    charged = plan.catalogue.by_code["002503060070000"]
    done = plan.catalogue.by_code["002503050010000"]
    for count, report, pitfall in (
        (events(grade), done, ""),
        (near(grade, 2), charged, "报告与收费一致"),
        (near(grade, 2), -1, "无检验报告"),
    ):
        person = patients(plan, rng, count, "grown")
        key = outpatient(plan, rng, scheme, person, place)
        label = plan.side.pitfall(pitfall)
        plan.line(key=key, item=charged, after=90, report=report, tag=scheme.tag, event=not label, near=label)
    plan.party(scheme, "place", place, "main")


def no_equipment(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """EXT-012: magnetic resonance at a clinic that has none; near: at one that has."""
    scheme = plan.plant("rule:EXT-012", grade)
    plan.side.extensions.add("medins_equip_b")
    place, other = plan.place(rng, "clinic", size=2).tolist()
    plan.gaps.add((place, "MRI"))
    item = plan.catalogue.by_code["002102000010000"]
    for where, count, pitfall in ((place, events(grade), ""), (other, near(grade), "设备已登记")):
        person = patients(plan, rng, count, "grown")
        key = outpatient(plan, rng, scheme, person, where, kind="village", lines=1)
        label = plan.side.pitfall(pitfall)
        plan.line(key=key, item=item, after=90, tag=scheme.tag, event=not label, near=label)
    plan.party(scheme, "place", place, "main")


def implanted_fewer(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """EXT-013: more implants charged than used; near: as many."""
    scheme = plan.plant("rule:EXT-013", grade)
    place = int(plan.place(rng, "secondary", "tertiary")[0])
    plan.side.extensions.add("implant_use_d")
    item = plan.catalogue.by_code["C0501020010000000011"]
    charged = 8
    for count, used, pitfall in (
        (events(grade), 2 + grade, ""),
        (near(grade), charged, "使用登记与收费一致"),
    ):
        person = patients(plan, rng, count, "grown")
        key = plain_stay(plan, rng, scheme, person, place, disease="S52.500")
        label = plan.side.pitfall(pitfall)
        plan.line(
            key=key,
            item=item,
            cnt=charged * 10_000,
            used=used * 10_000,
            after=90_000,
            tag=scheme.tag,
            event=not label,
            near=label,
            part=(charged - used) * WHOLE // charged,
        )
    plan.party(scheme, "place", place, "main")


def over_the_internet(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """MGT-MED-005: opioids prescribed over the internet; near: face to face, and other drugs."""
    scheme = plan.plant("rule:MGT-MED-005", grade)
    place = int(plan.place(rng, "tertiary", "secondary")[0])
    opioid = plan.catalogue.pools["opioid"]
    since = max(plan.catalogue.since[int(item)] for item in opioid)
    if since + 2 >= plan.calendar.last:
        return
    other = plan.catalogue.pools["drug_htn"][:4]
    for count, items, flag, pitfall in (
        (events(grade), opioid, "1", ""),
        (near(grade, 2), opioid, "0", "线下就诊开具"),
        (near(grade, 2), other, "1", "互联网开具普通药品"),
    ):
        person = patients(plan, rng, count, "grown")
        day = days_since(plan, rng, count, since)
        key = outpatient(plan, rng, scheme, person, place, day=day, disease="M54.500")
        plan.side.note("visit_channel_d", key, 0, internet_flag=flag)
        label = plan.side.pitfall(pitfall)
        item = rng.choice(items, count)
        plan.line(key=key, item=item, after=90, tag=scheme.tag, event=not label, near=label)
    plan.party(scheme, "place", place, "main")


def infections(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """MGT-IDX-007: infections in a third of the stays of one hospital; near: one in twenty, as at its peers."""
    scheme = plan.plant("rule:MGT-IDX-007", grade)
    # Peers are of one level and kind, each with enough stays of its own to be compared.
    place = int(plan.place(rng, "primary")[0])
    peers = [other for other in plan.city.of_sort("primary").tolist() if other != place][:6]
    for where in (place, *peers):
        wrong = where == place
        count, share = (60, 0.5 - 0.06 * grade) if wrong else (56, 0.05)
        person = patients(plan, rng, count, "anybody")
        day = plan.calendar.last - 28 + rng.integers(0, 20, count)
        key = plain_stay(plan, rng, scheme, person, where, day=day, days=5, disease="S72.000")
        infected = key[: round(count * share)]
        plan.side.note("infection_rpt_d", infected, 3 * 86_400, infection_type="肺部感染")
        item = int(plan.catalogue.pools["drug_infusion"][6])
        label = 0 if wrong else plan.side.pitfall("个别感染, 与同级机构相当")
        plan.line(key=infected, item=item, after=280_000, tag=scheme.tag, event=wrong, near=label)
    plan.party(scheme, "place", place, "main")


PLANTS = {
    "EXT-006": coded_too_high,
    "EXT-011": other_method,
    "EXT-012": no_equipment,
    "EXT-013": implanted_fewer,
    "MGT-IDX-007": infections,
    "MGT-MED-005": over_the_internet,
}
