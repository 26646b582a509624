"""What parties are compared on: one line per measure, one list per kind of party.

A measure is a count (or yuan) per unit of exposure. `unit` turns yuan and days into counts' equivalents:
a sum of n amounts varies like n ÷ (1 + cv²) counts, and single amounts of care have cv² of about 2.
`model` names the row of `score` that the measure also feeds alone; without it, it feeds `peers` only.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """One measure: columns of the party's relation, its family, and its words."""

    name: str
    observed: str
    exposure: str
    family: str
    zh: str
    en: str
    model: str = ""
    yuan: bool = False
    unit: float = 1.0


def _money(name: str, observed: str, exposure: str, zh: str, en: str, family: str = "cost") -> Measure:
    return Measure(name, observed, exposure, family, zh, en, yuan=True, unit=3.0)


INSTITUTION = (
    Measure("admission", "n_inpatient", "n_setl", "admission", "住院占结算人次", "admissions per settlement"),
    Measure(
        "short_stay",
        "n_short_stay",
        "n_inpatient",
        "stay",
        "三日内出院",
        "stays of up to 3 days",
        "short_stay",
    ),
    Measure(
        "back_soon",
        "n_back_soon",
        "n_inpatient",
        "split",
        "15日内再住院",
        "back within 15 days",
        "split_stay",
    ),
    Measure(
        "no_own_pay",
        "n_no_own_pay",
        "n_setl",
        "own_pay",
        "个人零支付",
        "nothing paid by the person",
        "no_own_pay",
    ),
    Measure(
        "rapid",
        "n_rapid",
        "n_outpatient",
        "pace",
        "60秒内连续结算",
        "settled within 60 s of another",
        "burst",
    ),
    Measure("night", "n_night", "n_outpatient", "clock", "夜间结算", "settled at night", "burst"),
    Measure(
        "elsewhere", "n_from_elsewhere", "n_setl", "origin", "异地参保人", "insured elsewhere", "elsewhere"
    ),
    Measure(
        "complicated",
        "n_complicated",
        "n_grouped",
        "coding",
        "伴并发症分组",
        "grouped with complications",
        "upcoding",
    ),
    Measure(
        "over_capacity",
        "n_over_day",
        "n_doctor_day",
        "capacity",
        "超24小时医师日",
        "doctor-days over 24 h",
        "capacity",
    ),
    Measure("bed_days", "bed_days", "n_inpatient", "stay", "次均住院日", "bed days per stay", unit=2.0),
    _money("inpatient_fund", "inpatient_fund_amt", "n_inpatient", "次均住院基金", "fund yuan per stay"),
    _money("outpatient_fund", "outpatient_fund_amt", "n_outpatient", "次均门诊基金", "fund yuan per visit"),
    Measure("lines", "n_line", "n_setl", "intensity", "次均明细条数", "fee lines per settlement", unit=8.0),
    _money(
        "examination", "exam_amt", "n_setl", "次均检查化验", "examination yuan per settlement", "examination"
    ),
    _money("therapy", "therapy_amt", "n_setl", "次均治疗", "therapy yuan per settlement", "therapy"),
    _money("material", "material_amt", "n_setl", "次均耗材", "material yuan per settlement", "material"),
)

PHARMACY = (
    Measure(
        "rapid", "n_rapid", "n_setl", "pace", "60秒内连续结算", "settled within 60 s of another", "burst"
    ),
    Measure("night", "n_night", "n_setl", "clock", "夜间结算", "settled at night", "burst"),
    Measure("no_own_pay", "n_no_own_pay", "n_setl", "own_pay", "个人零支付", "nothing paid by the person"),
    Measure(
        "elsewhere", "n_from_elsewhere", "n_setl", "origin", "异地参保人", "insured elsewhere", "elsewhere"
    ),
    Measure("refunded", "n_refunded", "n_setl", "refund", "结算后退费", "settled and refunded", "burst"),
    _money("fund", "fund_amt", "n_setl", "次均基金", "fund yuan per settlement"),
    Measure("lines", "n_line", "n_setl", "intensity", "次均明细条数", "fee lines per settlement", unit=4.0),
    Measure("busy", "n_setl", "n_day", "volume", "日均结算", "settlements per day", unit=3.0),
)

DOCTOR = (
    Measure("long_day", "n_long_day", "n_day", "capacity", "超12小时工作日", "days over 12 h", "capacity"),
    Measure(
        "over_capacity", "n_over_day", "n_day", "capacity", "超24小时工作日", "days over 24 h", "capacity"
    ),
    Measure(
        "minutes", "minutes", "n_day", "intensity", "日均标准工时", "standard minutes per day", unit=200.0
    ),
    Measure("persons", "n_person_day", "n_day", "volume", "日均人次", "persons per day", unit=3.0),
    Measure(
        "two_places", "n_two_places", "n_day", "places", "同日两地执业", "days at two places", "two_places"
    ),
    _money("fee", "fee_amt", "n_person_day", "人次均费用", "yuan per person-day"),
    _money(
        "examination",
        "exam_amt",
        "n_person_day",
        "人次均检查化验",
        "examination yuan per person-day",
        "examination",
    ),
    _money("therapy", "therapy_amt", "n_person_day", "人次均治疗", "therapy yuan per person-day", "therapy"),
    _money("drug", "drug_amt", "n_person_day", "人次均西成药", "drug yuan per person-day", "drug"),
)

DEPARTMENT = (
    _money("fee", "fee_amt", "n_person_day", "人次均费用", "yuan per person-day"),
    Measure(
        "lines", "n_line", "n_person_day", "intensity", "人次均明细条数", "fee lines per person-day", unit=8.0
    ),
    _money(
        "examination",
        "exam_amt",
        "n_person_day",
        "人次均检查化验",
        "examination yuan per person-day",
        "examination",
    ),
    _money("therapy", "therapy_amt", "n_person_day", "人次均治疗", "therapy yuan per person-day", "therapy"),
)

PERSON = (
    Measure("settlements", "n_setl", "n_one", "volume", "结算次数", "settlements"),
    Measure("places", "n_place", "n_one", "places", "就诊机构数", "places visited", "many_places"),
    _money("fund", "fund_amt", "n_setl", "次均基金", "fund yuan per settlement"),
    Measure("stays", "n_inpatient", "n_one", "stay", "住院次数", "stays"),
    Measure("pharmacy", "n_pharmacy", "n_one", "pharmacy", "购药次数", "pharmacy purchases"),
)

STAY = (
    _money("fee", "fee_amt", "n_one", "住院费用", "yuan of the stay"),
    Measure("days", "stay_days", "n_one", "stay", "住院天数", "days of the stay", unit=2.0),
)

MEASURES: dict[str, tuple[Measure, ...]] = {
    "institution": INSTITUTION,
    "pharmacy": PHARMACY,
    "doctor": DOCTOR,
    "department": DEPARTMENT,
    "person": PERSON,
    "stay": STAY,
}
"""Kind of party → its measures; the relation is `peer_<kind>` (pharmacies: `peer_institution`)."""
