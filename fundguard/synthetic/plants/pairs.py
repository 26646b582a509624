"""Plants for two lines that do not go together: contained items, drugs and pieces of one prescription.

The event is the component (contract §5), or the later line where neither contains the other. From
rules.md §2 (windows are per pair) and §5.1 (repeat charging, duplicate prescribing, discounts).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.columnar import DAY, Array
from fundguard.synthetic.plan import Plan, Scheme
from fundguard.synthetic.plants.ground import days_since, events, near, outpatient, patients, plain_stay

HOUR = 3_600
REFUNDED = "退费冲正后净额为零"


@dataclass(frozen=True)
class Pair:
    """Component and main item (pools, or pairs of the catalogue), `gap` seconds apart; no pitfall: it breaks."""

    component: str
    main: str
    gap: int = 60
    pitfall: str = ""
    stay: bool = False
    days: int = 6  # of the stay
    disease: str = "K29.500"
    who: str = "grown"
    line: dict[str, Any] = field(default_factory=dict)  # of the component
    other: dict[str, Any] = field(default_factory=dict)  # of the main item
    refund: bool = False
    since: int = 0
    apart: bool = False  # on another visit, `gap` later
    operate: bool = False


def _windowed(kind: str, gap: int, far: int, pitfall: str, **more: Any) -> tuple[Pair, ...]:
    return (
        Pair(f"pairs:{kind}", "", gap, **more),
        Pair(f"pairs:{kind}", "", far, pitfall, **more),
    )


def _companion(item: str, service: str, disease: str) -> tuple[Pair, ...]:
    """`item` needs `service` in the same visit: it breaks where the service stands elsewhere or was taken back."""
    return (
        Pair(item, service, 3 * DAY, disease=disease, apart=True),
        Pair(item, service, 60, disease=disease, other={"undo": True}),
        Pair(item, service, 60, "同次就诊有所伴项目", disease=disease),
        Pair(item, service, 2 * DAY, "时间窗为单次就诊: 所伴项目在住院另一日", True, disease=disease),
        Pair(item, service, 3 * DAY, REFUNDED, disease=disease, apart=True, refund=True),
    )


# 2026-02-12: the day the 2025 edition of the book was published; its points bind from then on.
_BOOK = 20_496
PAIRS: dict[str, tuple[tuple[str, ...], tuple[Pair, ...]]] = {
    "POL-SVC-012": (
        ("secondary", "tertiary"),
        (
            Pair("pairs:day", "", 60),
            *_windowed("6h", 2 * HOUR, 8 * HOUR, "时间窗为6小时: 相隔8小时", stay=True, disease="I50.900"),
            *_windowed("hour", 600, 3 * HOUR, "时间窗为同一小时: 相隔3小时", stay=True, disease="I50.900"),
            Pair("pairs:stay", "", 3 * DAY, stay=True, disease="I50.900", operate=True),
            Pair("pairs:day", "", 3 * DAY, "时间窗为单日: 不在同一天", apart=True),
            Pair("pairs:day", "", 60, REFUNDED, refund=True),
            Pair("pairs:day", "", 60, "主项已以负数行冲正", other={"undo": True}),
            Pair("pairs:variant", "", 60, "编码前缀相同的其他项目, 不在知识点"),
            Pair(
                "pairs:stay", "", 40 * DAY, "时间窗为单次就诊: 不在同一次住院", True, 4, "I50.900", apart=True
            ),
        ),
    ),
    "POL-SVC-013": (
        ("dialysis", "secondary"),
        (
            Pair("plant_filtration", "code:003110000060000", -60, disease="N18.001"),
            Pair(
                "plant_filtration",
                "code:003110000060000",
                2 * DAY,
                "不在同一天",
                disease="N18.001",
                apart=True,
            ),
            Pair(
                "plant_filtration",
                "code:003110000060000",
                -60,
                "另一组成已以负数行冲正",
                disease="N18.001",
                other={"undo": True},
            ),
            Pair("plant_filtration", "code:003110000060000", -60, REFUNDED, disease="N18.001", refund=True),
        ),
    ),
    "POL-SVC-017": (
        ("secondary", "tertiary"),
        (
            Pair("plant_dialysate", "plant_perfusion_session", 300, disease="N18.900"),
            Pair("plant_bandage", "plant_splint", 300, disease="S52.500"),
            Pair("plant_bandage", "plant_splint", 2 * DAY, "不在同一天", disease="S52.500", apart=True),
            Pair(
                "plant_dialysate",
                "plant_perfusion_session",
                300,
                "主项已以负数行冲正",
                disease="N18.900",
                other={"undo": True},
            ),
            Pair("plant_bandage", "plant_perfusion_session", 300, "耗材不在该项目内涵中", disease="N18.900"),
        ),
    ),
    "CLN-MED-001": (
        ("secondary", "tertiary"),
        (
            *_companion("plant_contrast", "code:002103000020000", "N20.000"),
            *_companion("plant_gadolinium", "plant_mri_enhanced", "N20.000"),
        ),
    ),
    "CLN-CON-001": (
        ("secondary", "tertiary"),
        (
            *_companion("plant_perfusion", "plant_hdf", "N18.900"),
            *_companion("plant_perfusion", "plant_crrt", "N18.900"),
        ),
    ),
    "EXT-008": (
        ("secondary", "tertiary"),
        (
            Pair("code:002103000010000", "code:002103000020000", HOUR),
            Pair("code:002102000010000", "plant_mri_enhanced", HOUR),
            Pair("code:002103000010000", "code:002103000020000", 3 * DAY, "不在同一天", apart=True),
            Pair("code:002103000010000", "plant_mri_enhanced", HOUR, "平扫与增强属不同设备"),
            Pair("code:002103000010000", "code:002103000020000", HOUR, REFUNDED, refund=True),
        ),
    ),
    "EXT-009": (
        ("secondary", "tertiary"),
        (
            Pair("code:003110000060000", "plant_crrt", 2 * HOUR, stay=True, disease="N18.900"),
            Pair("code:003110000060000", "plant_hdf", HOUR, stay=True, disease="N18.900"),
            Pair(
                "code:003110000060000",
                "plant_crrt",
                9 * HOUR,
                "同日先后两次治疗, 不同时段",
                stay=True,
                disease="N18.900",
            ),
        ),
    ),
    "EXT-023": (
        ("dialysis", "secondary"),
        (
            Pair("code:C0301010010000000006", "code:003110000060000", 300, disease="N18.001"),
            Pair("code:C0301010020000000007", "code:003110000060000", 300, disease="N18.001"),
            Pair(
                "code:C0301010010000000006",
                "code:003110000060000",
                2 * DAY,
                "不在透析当日",
                disease="N18.001",
                apart=True,
            ),
            Pair("code:C0101010010000000001", "code:003110000060000", 300, "一次性输液器不在内涵中"),
        ),
    ),
    "EXT-024": (
        ("secondary", "tertiary"),
        (
            Pair("plant_nurse_single", "plant_nurse_special", 300, stay=True, disease="I50.900"),
            Pair(
                "plant_nurse_single",
                "plant_nurse_special",
                2 * DAY,
                "不在同一天",
                stay=True,
                disease="I50.900",
            ),
        ),
    ),
    "POL-SVC-002": (
        ("tertiary", "secondary"),
        (
            Pair("surgery_bowel", "surgery_bowel", 1_800, stay=True, disease="K80.200", operate=True),
            Pair("surgery_bladder", "surgery_bladder", 1_800, stay=True, disease="N20.000", operate=True),
            Pair(
                "surgery_bowel",
                "surgery_bowel",
                1_800,
                "第二个手术已按半价折价",
                stay=True,
                disease="K80.200",
                operate=True,
                line={"half": True},
            ),
            Pair(
                "surgery_bowel",
                "surgery_bladder",
                1_800,
                "不属同一手术组",
                stay=True,
                disease="K80.200",
                operate=True,
            ),
            Pair(
                "surgery_bowel",
                "surgery_bowel",
                3 * DAY,
                "分次手术, 不在同一天",
                stay=True,
                disease="K80.200",
                operate=True,
            ),
        ),
    ),
    "CLN-MED-006": (
        ("secondary", "primary"),
        (
            Pair("plant_metformin_slow", "plant_metformin", -60, disease="E11.900", since=_BOOK),
            Pair("plant_gliclazide", "plant_glimepiride", -60, disease="E11.900", since=_BOOK),
            Pair("plant_metformin", "plant_metformin", -60, "同一药品两种规格", disease="E11.900"),
            Pair(
                "plant_gliclazide",
                "plant_glimepiride",
                20 * DAY,
                "换药: 前药用完之后",
                disease="E11.900",
                apart=True,
            ),
            Pair("plant_gliclazide", "plant_metformin", -60, "不属同一药品分类组", disease="E11.900"),
        ),
    ),
    "CLN-MED-011": (
        ("secondary", "tertiary"),
        (
            Pair("plant_tizanidine", "plant_fluvoxamine", -60, disease="F32.900", since=_BOOK),
            Pair("plant_pimozide", "plant_fluvoxamine", -60, disease="F32.900", since=_BOOK),
            Pair("plant_tizanidine", "plant_pimozide", -60, "两药之间无禁忌", disease="F32.900"),
            Pair(
                "plant_tizanidine",
                "plant_fluvoxamine",
                30 * DAY,
                "前药用完之后才用后药",
                disease="F32.900",
                apart=True,
            ),
        ),
    ),
    "CLN-MED-012": (
        ("tcm", "primary"),
        (
            Pair(
                "plant_piece_baiji",
                "plant_piece_fuzi",
                -60,
                disease="R53.x00",
                since=_BOOK,
                line={"cnt": 700_000},
            ),
            Pair(
                "plant_piece_haizao",
                "code:T001709806",
                -60,
                disease="R53.x00",
                since=_BOOK,
                line={"cnt": 700_000},
            ),
            Pair(
                "plant_piece_baiji",
                "plant_piece_fuzi",
                -60,
                "分属两张处方",
                disease="R53.x00",
                line={"cnt": 700_000, "rx": 1},
            ),
            Pair("plant_piece_baiji", "plant_piece_haizao", -60, "两味之间无配伍禁忌", disease="R53.x00"),
        ),
    ),
}


def pair(code: str) -> Callable[[Plan, np.random.Generator, int], None]:
    """The planter of one row of PAIRS."""
    sorts, rows = PAIRS[code]

    def act(plan: Plan, rng: np.random.Generator, grade: int) -> None:
        scheme = plan.plant(f"rule:{code}", grade)
        place = int(plan.place(rng, *sorts)[0])
        wrong = [row for row in rows if not row.pitfall]
        for row in rows:
            count = near(grade, len(rows) - len(wrong)) if row.pitfall else -(-events(grade) // len(wrong))
            _plant(plan, rng, scheme, place, row, count)
        plan.party(scheme, "place", place, "main")

    act.__doc__ = f"{code}: {len(rows)} sorts of pairs."
    return act


def _items(plan: Plan, rng: np.random.Generator, row: Pair, count: int) -> tuple[Array, Array]:
    if row.component.startswith("pairs:"):
        kind = row.component.removeprefix("pairs:")
        known = [p[:2] for p in plan.catalogue.pairs] if kind == "day" else plan.catalogue.pairs_of[kind]
        chosen = np.array(known)[rng.integers(0, len(known), count)]
        return chosen[:, 0], chosen[:, 1]

    first, second = plan.catalogue.pool(row.component), plan.catalogue.pool(row.main)
    if row.component != row.main:
        return rng.choice(first, count), rng.choice(second, count)
    # Two different items of one pool: the cheaper one is the component.
    at = rng.integers(0, len(first) - 1, count)
    return first[at], first[at + 1]


def _plant(plan: Plan, rng: np.random.Generator, scheme: Scheme, place: int, row: Pair, count: int) -> None:
    component, main = _items(plan, rng, row, count)
    label = plan.side.pitfall(row.pitfall) if row.pitfall else 0
    gap_days = max(0, row.gap) // DAY
    room = (row.days if row.stay else 0) + (gap_days if row.apart else 0) + 2
    if plan.calendar.days <= room + 2:
        return
    day = days_since(plan, rng, count, row.since, room)
    person = patients(plan, rng, count, row.who)
    if row.stay:
        first = plain_stay(plan, rng, scheme, person, place, day=day, days=row.days, disease=row.disease)
    else:
        flags = v.BARE | (v.REFUND if row.refund else 0)
        first = outpatient(
            plan, rng, scheme, person, place, day=day, disease=row.disease, lines=0, flags=flags
        )
    second = first
    if row.apart and row.stay:
        second = plain_stay(
            plan, rng, scheme, person, place, day=day + gap_days, days=row.days, disease=row.disease
        )
    elif row.apart:
        second = outpatient(
            plan, rng, scheme, person, place, day=day + gap_days, disease=row.disease, lines=0, flags=v.BARE
        )
    start: Array | int = 120
    if row.stay:
        # Five past a full hour, so that ten minutes later it is still the same hour.
        begin = plan.ledger.parts[-1].begin if not row.apart else plan.ledger.parts[-2].begin
        start = 26 * HOUR + 300 + (-begin) % HOUR
    more = dict(row.line)
    if more.pop("half", False):
        more["price"] = plan.catalogue.price[component] // 2
    later = start if row.apart else start + row.gap
    plan.line(key=second, item=main, after=later, tag=scheme.tag, event=False, near=label, **row.other)
    plan.line(key=first, item=component, after=start, tag=scheme.tag, event=not label, near=label, **more)
    if row.operate:
        for key, main_one in ((first, True), (second, False)):
            after = int(np.max(start))
            plan.side.operation(key, "45.7900" if main_one else "54.1100", "手术操作", after, main_one)


PLANTS = {code: pair(code) for code in PAIRS}
