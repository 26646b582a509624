"""What parties are compared on: one line per measure, one list per kind of party.

A measure is a count (or yuan) per unit of exposure. `unit` turns yuan and days into counts' equivalents:
a sum of n amounts varies like n ÷ (1 + cv²) counts, and single amounts of care have cv² of about 2.
`model` names the row of `score` that the measure also feeds alone; without it, it feeds `peers` only.
Where the exposure is yuan too (a share of yuan), `typical` names the count it is spread over: one settlement's
worth is then what one count is.
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
    typical: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the party's relation that it reads."""
        return tuple(name for name in (self.observed, self.exposure, self.typical) if name)


def _money(
    name: str, observed: str, exposure: str, zh: str, en: str, family: str = "cost", model: str = ""
) -> Measure:
    return Measure(name, observed, exposure, family, zh, en, model, yuan=True, unit=3.0)


def _share(
    name: str, observed: str, exposure: str, family: str, zh: str, en: str, model: str = ""
) -> Measure:
    return Measure(name, observed, exposure, family, zh, en, model, yuan=True, unit=3.0, typical="n_setl")


# Places of both kinds: institutions and pharmacies.
PLACE = (
    Measure(
        "card_burst",
        "n_card_burst",
        "n_chance_burst",
        "pace",
        "60秒内三人连续结算",
        "third person settled within 60 s",
        "burst",
    ),
    Measure(
        "same_amount",
        "n_same_amount",
        "n_after_another",
        "amount",
        "与前一人金额完全相同",
        "same amount as the person before",
    ),
    Measure("round_amount", "n_round_amount", "n_visit", "amount", "整百整千金额", "round amounts"),
    Measure(
        "shared_device",
        "n_shared_device",
        "n_with_device",
        "device",
        "终端同时在别处使用",
        "terminal used elsewhere too",
    ),
    Measure("december", "n_december", "n_visit", "season", "十二月结算", "settled in December", unit=4.0),
    _share(
        "unsupplied",
        "unsupplied_amt",
        "stocked_amt",
        "stock",
        "结算超出库存允许的金额",
        "yuan charged beyond what stock allows",
        "inventory",
    ),
    _share(
        "price",
        "priced_amt",
        "priced_elsewhere_amt",
        "price",
        "同项目价格",
        "prices of the same items",
    ),
)


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
        "n_card_pair",
        "n_chance_pair",
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
        "examination",
        "exam_amt",
        "n_setl",
        "次均检查化验",
        "examination yuan per settlement",
        "examination",
        "examination",
    ),
    _money(
        "therapy", "therapy_amt", "n_setl", "次均治疗", "therapy yuan per settlement", "therapy", "therapy"
    ),
    _money(
        "material",
        "material_amt",
        "n_setl",
        "次均耗材",
        "material yuan per settlement",
        "material",
        "material",
    ),
    _money("drug", "drug_amt", "n_setl", "次均西成药", "drug yuan per settlement"),
    _money("chronic_fund", "chronic_fund_amt", "n_chronic", "次均门慢特基金", "fund yuan per chronic visit"),
    Measure(
        "rhythm",
        "n_in_rhythm",
        "n_fourth",
        "rhythm",
        "固定间隔就诊",
        "visits at equal steps",
        "rhythm",
        unit=2.0,
    ),
    Measure(
        "over_bed",
        "n_over_bed_day",
        "n_bed_day",
        "capacity",
        "超床位20%的天数",
        "days a fifth over the beds",
        "capacity",
        unit=5.0,
    ),
    Measure(
        "cheap_complicated",
        "n_cheap_complicated",
        "n_coded",
        "coding",
        "伴并发症而费用不高于无并发症",
        "complications that cost nothing",
        "upcoding",
    ),
    Measure("case_mix", "case_weight", "n_weighted", "coding", "病例组合指数", "case-mix index", unit=3.0),
    Measure("diagnoses", "n_diagnosis", "n_coded", "coding", "次均次要诊断", "further diagnoses", unit=3.0),
    _share(
        "cost_index",
        "grouped_fee_amt",
        "group_fee_amt",
        "cost",
        "费用消耗指数",
        "cost against its case groups",
    ),
    Measure(
        "time_index",
        "grouped_days",
        "group_days",
        "stay",
        "时间消耗指数",
        "days against its case groups",
        unit=8.0,
    ),
    Measure("transfer", "n_transferred", "n_discharged", "transfer", "转院离院", "left for another hospital"),
    Measure(
        "care_overlap",
        "n_overlapping",
        "n_service",
        "care",
        "长护服务时间重叠",
        "care services that overlap",
    ),
    *PLACE,
)

PHARMACY = (
    Measure(
        "rapid",
        "n_card_pair",
        "n_chance_pair",
        "pace",
        "60秒内连续结算",
        "settled within 60 s of another",
        "burst",
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
    _share(
        "top_item",
        "top_item_amt",
        "item_amt",
        "item",
        "单一品种占比",
        "share of one item",
    ),
    *PLACE,
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
    Measure(
        "rapid_prescription",
        "n_rapid_prescription",
        "n_chance_rapid",
        "pace",
        "60秒内连续开方",
        "prescribed within 60 s of another",
        "prescription_pace",
    ),
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
