"""A window that several nights see: each night tells what its own day adds, and nothing twice."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.check.test_pitfalls import of, one_visit, people, stay
from tests.claims import line

TRAINING = "003402000240000"  # 平衡功能训练, 90 days of one disease
HBA1C = "002503020030000"  # 糖化血红蛋白测定, one in 15 days


def nights(judge, claims, days, rule):
    """Hits of a rule by night, each night judging its own day alone."""
    told = {}
    for day in days:
        units = [f"setl_date={day}", f"open={day}", f"event_date={day}"]
        told[day] = of(judge(claims, days=units, only=[rule]), rule)
    return told


def series(first, number, step=1):
    return [str(date.fromisoformat(first) + timedelta(days=n * step)) for n in range(number)]


def test_frequent_visits_speak_on_the_days_that_extend_them(judge):
    claims = people("often")
    days = series("2026-03-01", 18)
    for day in days[:16]:
        claims.settle("often", "H1", day, [line("XA01")])
    # A visit of the sixteenth day is settled with the seventeenth: no new day, nothing new to say.
    late = claims.settle("often", "H2", days[15], [line("XA01")])
    header = next(row for row in claims.rows["setl_d"] if row["setl_id"] == late)
    header["setl_time"] += timedelta(days=1)
    claims.settle("often", "P1", days[17], [line("XA01")], med_type="41")
    told = nights(judge, claims, days, "MGT-ACT-002")
    assert [len(told[day]) for day in days] == [0] * 14 + [1, 1, 0, 0]
    assert len({hit["hit_id"] for hits in told.values() for hit in hits}) == 2


def test_a_stay_settled_in_two_parts_is_one_of_the_stays(judge):
    claims = people("often")
    begins = series("2026-01-05", 6, step=14)
    for begin in begins[:5]:
        stay(claims, "often", begin, str(date.fromisoformat(begin) + timedelta(days=4)))
    ends = [str(date.fromisoformat(begins[5]) + timedelta(days=n)) for n in (5, 10)]
    for end, mid in zip(ends, ("1", "0"), strict=True):
        stay(claims, "often", begins[5], end, [line("XA01", bkkp_sn=end)], mdtrt_id="long", mid_setl_flag=mid)
    one_visit(claims, "long")
    told = nights(judge, claims, ends, "MGT-ACT-004")
    assert [len(told[end]) for end in ends] == [1, 0]


@pytest.mark.parametrize("way", ["clinic", "stay"])
def test_the_latest_line_of_a_course_has_the_part_beyond(judge, way):
    claims = people("long")
    days = series("2026-02-01", 93)
    if way == "clinic":
        for day in days:
            claims.settle("long", "H1", day, [line(TRAINING, amount="30", bkkp_sn=day)])
    else:
        claims.visit("long", "H1", days[0], None, "M1", "21")
        for day in days:
            claims.add_line("long", "H1", "M1", "21", line(TRAINING, amount="30", bkkp_sn=day), day=day)
    told = nights(judge, claims, days[88:], "POL-SVC-010")
    assert [[(hit["bkkp_sn"], hit["vola_amt"]) for hit in told[day]] for day in days[88:]] == [
        [], [], *([(day, Decimal(30 * n))] for n, day in enumerate(days[90:], 1))
    ]  # fmt: skip


def test_each_use_within_a_cycle_adds_its_own_yuan(judge):
    claims = people("tested")
    days = ["2026-03-02", "2026-03-05", "2026-03-09"]
    for day in days:
        claims.settle("tested", "H1", day, [line(HBA1C, amount="60", bkkp_sn=day)])
    told = nights(judge, claims, days, "POL-SVC-018")
    assert {day: [hit["vola_amt"] for hit in hits] for day, hits in told.items()} == {
        days[0]: [], days[1]: [Decimal("60.00")], days[2]: [Decimal("60.00")]
    }  # fmt: skip


def test_what_lies_above_a_yearly_cap_is_counted_once(judge, region):
    here = region(reimbursement_cap=[{"hilist_code": "L9", "period": "year", "cap_amount": "100"}])
    claims = people("capped")
    days = series("2026-03-02", 4)
    for day in days:
        claims.settle("capped", "H1", day, [line("L9", amount="60", bkkp_sn=day)])
    above = defaultdict(list)
    for day in days:
        for hit in judge(claims, days=[f"setl_date={day}"], only=["POL-SVC-015"], region=here):
            above[day].append(hit["vola_amt"])
    assert dict(above) == {
        days[1]: [Decimal("20.00")], days[2]: [Decimal("60.00")], days[3]: [Decimal("60.00")]
    }  # fmt: skip
