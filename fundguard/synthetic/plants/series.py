"""Plants for what is counted over days: courses, cycles, hours, prescriptions by size, second-line use.

The event is the latest line (contract §5); `part` is how much of it is too much: of
n equal lines with a cap of k, n - k lines. From rules.md §2.1 (count modes differ by row) and §5.1.
"""

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.columnar import DAY, Array
from fundguard.synthetic.plan import WHOLE, Plan, Scheme
from fundguard.synthetic.plants.ground import days_since, events, near, outpatient, patients, stay

HOUR = 3_600
UNIT = 10_000


def _course(
    plan: Plan,
    rng: np.random.Generator,
    scheme: Scheme,
    place: int,
    item: int,
    paid: int,
    used: int,
    count: int,
    disease: str,
    pitfall: str = "",
) -> None:
    """`count` people who come on `used` days, one line a day, `paid` of them payable."""
    room = plan.calendar.days - max(0, plan.catalogue.since.get(item, 0) - plan.calendar.first)
    used = min(used, room - 2)
    if used <= paid and not pitfall:
        return
    person = patients(plan, rng, count, "grown")
    start = days_since(plan, rng, count, plan.catalogue.since.get(item, 0), used + 1)
    label = plan.side.pitfall(pitfall)
    for number in range(used):
        key = outpatient(
            plan,
            rng,
            scheme,
            person,
            place,
            day=start + number,
            disease=disease,
            lines=0,
            flags=v.BARE,
        )
        last = number == used - 1
        plan.line(
            key=key,
            item=item,
            tag=scheme.tag,
            after=60,
            days=1,
            event=last and not label,
            near=label,
            part=(used - paid) * WHOLE,
        )


def service_course(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """POL-SVC-010: more days of training than are paid; near: exactly as many."""
    scheme = plan.plant("rule:POL-SVC-010", grade)
    place = int(plan.place(rng, "rehab", "tcm")[0])
    pool = plan.catalogue.pools["service_course"]
    count = max(2, events(grade) // 2)
    for number, item in enumerate(pool[:2].tolist()):
        paid, size = plan.catalogue.courses[item], count - count // 2 if number == 0 else count // 2
        _course(plan, rng, scheme, place, item, paid, paid + 6 - grade, size, "I69.300")
    item = int(pool[0])
    paid = plan.catalogue.courses[item]
    _course(plan, rng, scheme, place, item, paid, paid, near(grade, 2), "I69.300", "恰为限定天数")
    plan.party(scheme, "place", place, "main")


def drug_course(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """POL-MED-010: more days than are paid, in a stay or in all; near: the days paid, two stays of ten."""
    scheme = plan.plant("rule:POL-MED-010", grade)
    place = int(plan.place(rng, "secondary", "tertiary")[0])
    in_all, in_stay = (plan.catalogue.pools[name] for name in ("course_drug", "course_drug_stay"))
    count, extra = max(2, events(grade) // 2), 7 - grade
    for pool, used_over, size, pitfall in (
        (in_all, extra, count, ""),
        (in_stay, extra, count, ""),
        (in_all, 0, near(grade, 3), "恰为限定天数"),
        (in_stay, 0, near(grade, 3), "恰为限定天数"),
    ):
        item = int(rng.choice(pool))
        used = plan.catalogue.courses[item] + used_over
        _infused(plan, rng, scheme, place, item, used, used_over, size, pitfall)
    item = int(rng.choice(in_stay))
    half = plan.catalogue.courses[item] * 2 // 3
    if plan.calendar.days > 2 * half + 34:
        person = patients(plan, rng, near(grade, 3), "grown")
        start = days_since(plan, rng, len(person), 0, 2 * half + 34)
        for later in (0, half + 30):
            _infused(
                plan,
                rng,
                scheme,
                place,
                item,
                half,
                0,
                0,
                "限额按单次住院: 两次住院各未超",
                person,
                start + later,
            )
    plan.party(scheme, "place", place, "main")


def _infused(
    plan: Plan,
    rng: np.random.Generator,
    scheme: Scheme,
    place: int,
    item: int,
    used: int,
    over: int,
    size: int,
    pitfall: str,
    person: Array | None = None,
    day: Array | None = None,
) -> None:
    if plan.calendar.days < used + 4:
        return
    if person is None:
        person = patients(plan, rng, size, "grown")
    if day is None:
        day = days_since(plan, rng, len(person), plan.catalogue.since.get(item, 0), used + 2)
    label = plan.side.pitfall(pitfall)
    key = stay(plan, rng, scheme, person, place, day=day, days=used + 1, disease="I63.900")
    for number in range(used):
        plan.line(
            key=key,
            item=item,
            after=number * DAY + 2 * HOUR,
            days=1,
            tag=scheme.tag,
            event=number == used - 1 and not label,
            near=label,
            part=over * WHOLE,
        )


def cycle(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """POL-SVC-018: a test again inside its cycle; near: on the first day after it, or the first one refunded."""
    scheme = plan.plant("rule:POL-SVC-018", grade)
    place = int(plan.place(rng, "secondary", "tertiary")[0])
    item = plan.catalogue.by_code["002503020030000"]
    person = patients(plan, rng, events(grade) + 2 * near(grade, 2), "grown")
    wrong, after, undone = np.split(person, [events(grade), events(grade) + near(grade, 2)])
    soon = rng.integers(2, 4 + 2 * grade, len(wrong))
    for who, gap, pitfall in (
        (wrong, soon, ""),
        (after, np.full(len(after), 16), "两次间隔已满周期"),
        (undone, np.full(len(undone), 5), "前一次已退费冲正"),
    ):
        day = days_since(plan, rng, len(who), plan.catalogue.since.get(item, 0), 18)
        label = plan.side.pitfall(pitfall)
        for number in (0, 1):
            flags = v.REFUND if pitfall.startswith("前一次") and number == 0 else 0
            key = outpatient(
                plan,
                rng,
                scheme,
                who,
                place,
                day=day + number * gap,
                disease="E11.900",
                lines=0,
                flags=v.BARE | flags,
            )
            plan.line(
                key=key,
                item=item,
                after=60,
                tag=scheme.tag,
                event=number == 1 and not label,
                near=label if number == 1 else 0,
            )
    plan.party(scheme, "place", place, "main")


def hours(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """EXT-010: more hours charged than served; near: as many as served, also across midnight."""
    scheme = plan.plant("rule:EXT-010", grade)
    place = int(plan.place(rng, "secondary", "tertiary")[0])
    capped = [item for item, cap in plan.catalogue.caps.items() if cap == 24]
    person = patients(plan, rng, events(grade) + 2 * near(grade, 2), "grown")
    key = stay(plan, rng, scheme, person, place, days=6, disease="I50.900")
    item = rng.choice(capped, len(key))
    wrong, night = np.arange(len(key)) < events(grade), np.arange(len(key)) >= events(grade) + near(grade, 2)
    charged = np.where(wrong, 14, 10)
    served = np.where(wrong, 14 - (6 - grade), 10)
    plan.line(
        key=key,
        item=item,
        cnt=charged * UNIT,
        served=served * HOUR,
        # Ten hours that end at two in the morning, counted from eight.
        after=np.where(night, 2 * DAY + 2 * HOUR, 2 * DAY + 11 * HOUR) - 8 * HOUR,
        tag=scheme.tag,
        event=wrong,
        part=(charged - served) * WHOLE // charged,
        near=np.where(
            wrong, 0, np.where(night, plan.side.pitfall("服务跨零点"), plan.side.pitfall("按实际时长收费"))
        ),
    )
    plan.party(scheme, "place", place, "main")


def big_prescription(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """CLN-MED-013: some thirty pieces of thirty grams and more for seven days; near: twelve of ten."""
    scheme = plan.plant("rule:CLN-MED-013", grade)
    place = int(plan.place(rng, "tcm", "primary")[0])
    pieces = plan.catalogue.pools["piece"]
    # Thirty-four to forty-two pieces: the ordinary ones and those that are payable in company.
    many = np.concatenate([pieces, plan.catalogue.pools["piece_company"]])[: 44 - 2 * grade]
    grams = (60 - 6 * grade) * 7
    _prescribed(plan, rng, scheme, place, many, grams, events(grade), "R53.x00", "")
    _prescribed(plan, rng, scheme, place, pieces[:12], 70, near(grade), "R53.x00", "常规味数与剂量的饮片处方")
    plan.party(scheme, "place", place, "main")


def many_drugs(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """MGT-MED-004: more than five drugs on one prescription; near: five, or five and a dozen pieces."""
    scheme = plan.plant("rule:MGT-MED-004", grade)
    place = int(plan.place(rng, "primary", "private")[0])
    pools, pieces = plan.catalogue.pools, plan.catalogue.pools["piece"]
    groups = ("gi", "ortho", "derm", "neuro", "eye", "uro", "anaemia", "thyroid", "resp", "renal")
    drugs = np.array([pools[f"drug_{name}"][0] for name in groups])
    _prescribed(plan, rng, scheme, place, drugs[: 10 - grade + 1], 1, events(grade), "K29.500", "")
    _prescribed(plan, rng, scheme, place, drugs[:5], 1, near(grade, 3), "K29.500", "恰为五种")
    with_pieces = np.concatenate([drugs[:4], pieces[:12]])
    _prescribed(plan, rng, scheme, place, with_pieces, 1, near(grade, 3), "K29.500", "中药饮片不计入药品种类")
    _prescribed(
        plan, rng, scheme, place, drugs[:8], 1, near(grade, 3), "K29.500", "两张处方各不超过五种", scripts=2
    )
    plan.party(scheme, "place", place, "main")


def _prescribed(
    plan: Plan,
    rng: np.random.Generator,
    scheme: Scheme,
    place: int,
    items: Array,
    units: int,
    count: int,
    disease: str,
    pitfall: str,
    scripts: int = 1,
) -> None:
    person = patients(plan, rng, count, "grown")
    day = days_since(plan, rng, count, 20_496)
    key = outpatient(plan, rng, scheme, person, place, day=day, disease=disease, lines=0, flags=v.BARE)
    label = plan.side.pitfall(pitfall)
    for number, item in enumerate(items.tolist()):
        plan.line(
            key=key,
            item=item,
            cnt=units * UNIT,
            days=7,
            after=60 + number,
            rx=number % scripts,
            tag=scheme.tag,
            event=number == len(items) - 1 and not label,
            near=label,
        )


def single_piece(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """POL-MED-004: pieces not payable alone, alone or with their like; near: in a compound, or paid in full."""
    scheme = plan.plant("rule:POL-MED-004", grade)
    place = int(plan.place(rng, "tcm", "primary")[0])
    single, plain = plan.catalogue.pools["piece_single"], plan.catalogue.pools["piece"]
    since = max(plan.catalogue.since[int(item)] for item in single)
    sizes = (events(grade) - events(grade) // 4, events(grade) // 4, near(grade, 2), near(grade, 2))
    brewing = int(plan.catalogue.pools["brewing"][0])
    for number, (size, pitfall) in enumerate(
        zip(sizes, ("", "", "与其他饮片组成复方", "个人全额自费, 未列入基金支付范围"), strict=True)
    ):
        if size == 0 or since >= plan.calendar.last:
            continue
        day = days_since(plan, rng, size, since)
        person = patients(plan, rng, size, "grown")
        key = outpatient(plan, rng, scheme, person, place, day=day, disease="R53.x00", lines=0, flags=v.BARE)
        label = plan.side.pitfall(pitfall)
        mine = [int(single[0]), int(single[1])] if number == 1 else [int(rng.choice(single))]
        for order, item in enumerate(mine):
            plan.line(
                key=key,
                item=item,
                cnt=700_000,
                after=60 + order,
                tag=scheme.tag,
                event=not label,
                near=label,
                own=number == 3,
            )
        if number == 0:
            # The fee for brewing is no piece: the piece still stands alone.
            plan.line(key=key[::2], item=brewing, after=90, tag=scheme.tag, event=False)
        if number == 2:
            for order, item in enumerate(plain[:4].tolist()):
                plan.line(key=key, item=item, cnt=700_000, after=70 + order, tag=scheme.tag, event=False)
    plan.party(scheme, "place", place, "main")


def second_line(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """POL-MED-005: a second-line drug at once; near: after the first line elsewhere."""
    scheme = plan.plant("rule:POL-MED-005", grade)
    place = int(plan.place(rng, "secondary", "primary")[0])
    other = int(rng.choice(plan.city.of_sort("tertiary")))
    # An ointment of a class that nobody is given first; the lawful case is a diabetic's.
    ointment, item = (int(plan.catalogue.pools[name][0]) for name in ("second_line", "second_line_diabetes"))
    since = max(plan.catalogue.since[ointment], plan.catalogue.since[item])
    if since + 4 >= plan.calendar.last:
        return
    person = patients(plan, rng, events(grade), "grown")
    day = days_since(plan, rng, len(person), since)
    key = outpatient(plan, rng, scheme, person, place, day=day, disease="L30.900", lines=0, flags=v.BARE)
    plan.line(key=key, item=ointment, after=60, tag=scheme.tag)
    person = patients(plan, rng, near(grade), "grown")
    day = days_since(plan, rng, len(person), since)
    first = int(plan.catalogue.pools["plant_metformin"][0])
    earlier = np.maximum(day - 40, plan.calendar.first)
    key = outpatient(plan, rng, scheme, person, other, day=earlier, disease="E11.900", lines=0, flags=v.BARE)
    plan.line(key=key, item=first, after=60, cnt=30_000, tag=scheme.tag, event=False)
    key = outpatient(plan, rng, scheme, person, place, day=day, disease="E11.900", lines=0, flags=v.BARE)
    label = plan.side.pitfall("此前在另一家医院用过一线药")
    plan.line(key=key, item=item, after=60, tag=scheme.tag, event=False, near=label)
    plan.party(scheme, "place", place, "main")


def refilled(plan: Plan, rng: np.random.Generator, scheme: Scheme, place: int, count: int) -> None:
    """A near miss of POL-MED-012: first prescribed at a second-level hospital, then refilled at `place`."""
    item = int(rng.choice(plan.catalogue.pools["first_prescription"]))
    upper = int(plan.city.of_sort("secondary")[0])
    person = patients(plan, rng, count, "grown")
    day = days_since(plan, rng, count, plan.catalogue.since[item], 34)
    label = plan.side.pitfall("首次处方在二级医院, 基层续方")
    first_line = int(plan.catalogue.pools["plant_metformin"][0])
    key = outpatient(
        plan,
        rng,
        scheme,
        person,
        upper,
        day=np.maximum(day - 20, plan.calendar.first),
        disease="E11.900",
        lines=0,
        flags=v.BARE,
    )
    plan.line(key=key, item=first_line, after=60, cnt=20_000, tag=scheme.tag, event=False)
    for where, later in ((upper, 0), (place, 30)):
        key = outpatient(
            plan, rng, scheme, person, where, day=day + later, disease="E11.900", lines=0, flags=v.BARE
        )
        plan.line(
            key=key,
            item=item,
            after=60,
            cnt=20_000,
            tag=scheme.tag,
            event=False,
            near=label if later else 0,
        )


PLANTS = {
    "POL-SVC-010": service_course,
    "POL-MED-010": drug_course,
    "POL-SVC-018": cycle,
    "EXT-010": hours,
    "CLN-MED-013": big_prescription,
    "MGT-MED-004": many_drugs,
    "POL-MED-004": single_piece,
    "POL-MED-005": second_line,
}
