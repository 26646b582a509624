"""Claims of the rules that judge one charge line: sex, age, insurance, setting, level, pieces."""

import re
from datetime import date, timedelta

from tests.published.book import (
    EYE,
    FIRST,
    PHARMACY,
    SECOND,
    THIRD,
    UNKNOWN,
    UNRATED,
    Book,
    line,
    self_paid,
    years,
)
from tests.published.points import LAST_DAY, REVISED, Code, added, codes, dropped, plain, sexes

ONE = timedelta(days=1)


def wide(name: str) -> str:
    """The same name in another form of Unicode: full-width brackets, a radical for a character."""
    return name.replace("(", "（").replace(")", "）").replace("儿", "⼉").replace("Ⅱ", "II")


def a_day(book: Book, code: Code) -> date:
    first, last = code.days()
    return first + timedelta(days=book.random.randrange((last - first).days + 1))


def limited(
    book: Book, rule: str, rule_class: str, wrong, right, *, usable=lambda code: True, n: int = 14
) -> None:
    """The cases every line limit has.

    wrong(book, code, day, lines, **visit) → Visit that breaks the limit; right(…) → one that keeps it.
    """
    known = [code for code in codes(rule_class) if usable(code)]
    for code in book.pick(known, n):
        day, amount = a_day(book, code), f"{book.random.randrange(500, 90000) / 100:.2f}"
        found = wrong(book, code, day, [line(code.code, amount, preself="1.50", hilist_name=wide(code.name))])
        book.hit(rule, f"{code.name} {day}", found.psn, (found.lines[0], amount))
        kept = right(book, code, day, [line(code.code, amount, hilist_name=code.name)])
        if kept:
            book.silent(rule, f"{code.name} {day} within the limit", kept.psn)
    for code in book.pick(known, 5):
        first = code.days()[0]
        found = wrong(book, code, first, [line(code.code, "21.20")])
        book.hit(rule, f"{code.name} first day {first}", found.psn, (found.lines[0], "21.20"))
    for code in book.pick([c for c in known if c.first != REVISED and not re.search("batch", c.code)], 6):
        early = code.first - ONE
        book.silent(
            rule, f"{code.name} before {code.first}", wrong(book, code, early, [line(code.code, "21.20")]).psn
        )
    gone, new = [c for c in dropped(rule_class) if usable(c)], [c for c in added(rule_class) if usable(c)]
    for code in book.pick(gone, min(len(gone), 5)):
        found = wrong(book, code, REVISED - ONE, [line(code.code, "21.30")], settled=REVISED + 5 * ONE)
        book.hit(rule, f"{code.name} {code.code} last day", found.psn, (found.lines[0], "21.30"))
        late = wrong(book, code, REVISED + ONE, [line(code.code, "21.30")])
        book.silent(rule, f"{code.name} {code.code} dropped by the revision", late.psn)
    for code in book.pick(new, min(len(new), 5)):
        found = wrong(book, code, REVISED, [line(code.code, "21.40")])
        book.hit(rule, f"{code.name} {code.code} new from the revision", found.psn, (found.lines[0], "21.40"))
        early = wrong(book, code, REVISED - ONE, [line(code.code, "21.40")], settled=REVISED + 3 * ONE)
        book.silent(rule, f"{code.name} {code.code} before the revision", early.psn)
    for place, code in enumerate(book.pick(known, 6)):
        day = a_day(book, code)
        if place < 2:
            case, why = wrong(book, code, day, [self_paid(code.code)]), "self-paid"
        elif place == 2:
            case, why = wrong(book, code, day, [line(code.code)], vali_flag="0"), "void"
        elif place == 3:
            again = line(code.code, "-36.00", "-1", init_feedetl_sn=0)
            case, why = wrong(book, code, day, [line(code.code), again]), "refunded to zero"
        elif place == 4:
            case = wrong(book, code, day, [line("0" * 15, hilist_name=code.name)])
            why = "the name alone, another code"
        else:
            case, why = wrong(book, code, day, [line(code.code[:-1])]), "a prefix of the code"
        book.silent(rule, f"{code.name} {why}", case.psn)
    for code in book.pick(known, 2):
        day = a_day(book, code)
        part = line(code.code, "-30.00", "-1", init_feedetl_sn=0)
        found = wrong(book, code, day, [line(code.code, "90.00", "3"), part])
        book.hit(rule, f"{code.name} one of three refunded", found.psn, (found.lines[0], "60.00"))
        whole = wrong(book, code, day, [line(code.code, "55.00"), line(code.code, "5.00")])
        book.reverse(whole, day + 6 * ONE)
        book.silent(rule, f"{code.name} settlement taken back whole", whole.psn)
        case = {"hi_paymtd": "4"}
        grouped = wrong(book, code, day, [line(code.code, "66.00")], setl=case)
        book.hit(rule, f"{code.name} paid by the case", grouped.psn, (grouped.lines[0], "66.00"))
        late = wrong(book, code, day, [line(code.code, "18.00")])
        book.correct(late.lines[0], vali_flag="0")
        book.silent(rule, f"{code.name} void in its later version", late.psn)
        open_case = wrong(book, code, day, [line(code.code, "17.70")], open=True)
        book.hit(rule, f"{code.name} still open", open_case.psn, (open_case.lines[0], "17.70"))


def by_sex(book: Book) -> None:
    other = {"1": "2", "2": "1"}

    def sex(code: Code) -> str | None:
        return sexes().get(code.code) or sexes().get(plain(code.name))

    def of(flip: bool):
        def make(book, code, day, lines, **more):
            gend = other[sex(code)] if flip else sex(code)
            return book.visit(book.person(gend=gend, brdy=years(day, 40, -30)), lines, day, **more)

        return make

    for rule, rule_class in (
        ("CLN-MED-004", "药品区分性别使用"),
        ("CLN-SVC-004", "医疗服务项目区分性别使用"),
    ):
        limited(book, rule, rule_class, of(True), of(False), usable=lambda code: sex(code) is not None)
        known = [code for code in codes(rule_class) if sex(code)]
        for code in book.pick(known, 4):
            day = a_day(book, code)
            psn = book.person(gend=book.random.choice("09"), brdy="1970-01-01")
            book.visit(psn, [line(code.code)], day)
            book.silent(rule, f"{code.name} sex not stated", psn)
        for code in book.pick([code for code in known if sex(code) == "1"], 3):
            day = a_day(book, code)
            mother = book.person(gend="2", brdy=years(day, 29))
            book.visit(
                mother, [line(code.code)], day, med_type="21", dx=("P59.900",), mdtrt={"nwb_flag": "1"}
            )
            book.silent(rule, f"{code.name} newborn under the mother's account", mother)
    child_excepted = "003111000180000"
    day = date(2026, 3, 3)
    girl, woman = book.person(gend="2", brdy=years(day, 4)), book.person(gend="2", brdy=years(day, 40))
    book.visit(girl, [line(child_excepted)], day)
    book.silent("CLN-SVC-004", "鞘膜积液穿刺抽液术 儿童除外", girl)
    book.hit(
        "CLN-SVC-004",
        "鞘膜积液穿刺抽液术",
        woman,
        (book.visit(woman, [line(child_excepted)], day).lines[0], "36.00"),
    )
    absent = {"坦索罗辛": "XG04CAT017", "来曲唑": "XL02BGL071"}
    for name, code in absent.items():
        psn = book.person(gend="2" if name == "坦索罗辛" else "1")
        book.visit(psn, [line(code + "A010010100001", hilist_name=f"盐酸{name}缓释胶囊")], day)
        book.silent("CLN-MED-004", f"{name} is not on the list", psn)


def age_range(text: str) -> tuple[int | None, int | None] | None:
    """(youngest, oldest) in whole years that a text names, or None where it says 儿童 alone."""
    text = plain(text)
    if found := re.search(r"(\d+)\s*岁?\s*[-至]\s*(\d+)岁", text):
        return int(found[1]), int(found[2])
    if found := re.search(r"(\d+)岁(?:及\d*岁?以上|及以上)", text):
        return int(found[1]), None
    return None


def by_age(book: Book) -> None:
    def aged(count: int, days: int = -40):
        def make(book, code, day, lines, **more):
            return book.visit(book.person(brdy=years(day, count, days)), lines, day, **more)

        return make

    def child(book, code, day, lines, **more):
        span = age_range(code.constraint) or (None, None)
        youngest = span[0] or 3
        return aged(max(youngest + 1, 6) if span[1] is None or span[1] > 6 else youngest + 1)(
            book, code, day, lines, **more
        )

    for rule, rule_class in (("CLN-MED-002", "药品儿童专用"), ("POL-MED-007", "药品限儿童使用")):
        limited(book, rule, rule_class, aged(35), child)
        for code in book.pick(codes(rule_class), 4):
            day = a_day(book, code)
            turned = aged(18, 0)(book, code, day, [line(code.code, "12.00")])
            book.hit(rule, f"{code.name} on the 18th birthday", turned.psn, (turned.lines[0], "12.00"))
        for code in book.pick([c for c in codes(rule_class) if not age_range(c.constraint)], 4):
            day = a_day(book, code)
            book.silent(
                rule, f"{code.name} the day before 14", aged(14, 1)(book, code, day, [line(code.code)]).psn
            )
    for code in codes("药品限儿童使用"):
        span = age_range(code.constraint)
        if not span:
            continue
        youngest, oldest = span
        day = a_day(book, code)
        if youngest:
            before = aged(youngest, 1)(book, code, day, [line(code.code, "9.90")])
            book.hit(
                "POL-MED-007", f"{code.name} the day before {youngest}", before.psn, (before.lines[0], "9.90")
            )
            first = aged(youngest, 0)(book, code, day, [line(code.code)])
            book.silent("POL-MED-007", f"{code.name} on the birthday of {youngest}", first.psn)
        if oldest and "以下" not in code.constraint:
            last = aged(oldest + 1, 1)(book, code, day, [line(code.code)], settled=day + 9 * ONE)
            book.silent("POL-MED-007", f"{code.name} last day of {oldest}, settled after it", last.psn)
            after = aged(oldest + 1, 0)(book, code, day, [line(code.code, "9.80")])
            book.hit("POL-MED-007", f"{code.name} turned {oldest + 1}", after.psn, (after.lines[0], "9.80"))
    for code in book.pick([c for c in codes("药品儿童专用") if c.detect.startswith("就诊人")], 5):
        day = a_day(book, code)
        parent = book.person(gend="2", brdy=years(day, 31))
        book.visit(parent, [line(code.code)], day, med_type="21", dx=("P59.900",), mdtrt={"nwb_flag": "1"})
        book.silent("CLN-MED-002", f"{code.name} newborn under a parent's account", parent)

    newborn = [c for c in codes("医疗服务项目儿童专用") if c.name.startswith("新生儿")]
    infant = [c for c in codes("医疗服务项目儿童专用") if c.name.startswith("婴")]
    older = [c for c in codes("医疗服务项目儿童专用") if c not in newborn + infant]
    limited(book, "CLN-SVC-003", "医疗服务项目儿童专用", aged(35), lambda *a, **k: None)
    for pool, oldest, kept, broken in (
        (newborn, 28, 10, 40),
        (infant, None, 200, 6 * 365),
        (older, None, 8 * 365, 20 * 365),
    ):
        for code in book.pick(pool, 6):
            day = a_day(book, code)
            young = book.person(brdy=day - timedelta(days=kept))
            book.visit(young, [line(code.code)], day)
            book.silent("CLN-SVC-003", f"{code.name} at {kept} days", young)
            old = book.person(brdy=day - timedelta(days=broken))
            book.hit(
                "CLN-SVC-003",
                f"{code.name} at {broken} days",
                old,
                (book.visit(old, [line(code.code)], day).lines[0], "36.00"),
            )
            if oldest:
                last = book.person(brdy=day - timedelta(days=oldest))
                book.visit(last, [line(code.code)], day)
                book.silent("CLN-SVC-003", f"{code.name} at {oldest} days", last)
    for code in book.pick(newborn, 4):
        day = a_day(book, code)
        mother = book.person(gend="2", brdy=years(day, 30))
        book.visit(mother, [line(code.code)], day, med_type="21", dx=("Z38.000",), mdtrt={"nwb_flag": "1"})
        book.silent("CLN-SVC-003", f"{code.name} newborn under the mother's account", mother)

    training = "003402000320000"
    for count, days in ((5, 0), (12, 3), (15, 9), (16, 1), (65, 0), (70, 5), (75, 0), (88, 0)):
        day = date(2026, 1, 6) + timedelta(days=book.random.randrange(190))
        psn = book.person(brdy=years(day, count, days), gend=book.random.choice("12"))
        book.hit(
            "POL-SVC-016", f"{count} years", psn, (book.visit(psn, [line(training)], day).lines[0], "36.00")
        )
    for count, days in ((16, 0), (17, 0), (20, 0), (30, 0), (40, 0), (49, 0), (45, 0), (35, 0)):
        day = date(2026, 1, 6) + timedelta(days=book.random.randrange(190))
        psn = book.person(brdy=years(day, count, days), gend=book.random.choice("12"))
        book.visit(psn, [line(training)], day)
        book.silent("POL-SVC-016", f"{count} years", psn)
    for day, row in ((date(2026, 1, 5), line(training)), (date(2026, 3, 5), self_paid(training))):
        psn = book.person(brdy="2020-01-01")
        book.visit(psn, [row], day)
        book.silent("POL-SVC-016", f"before in force or self-paid {day}", psn)


def by_insurance(book: Book) -> None:
    def of(insutype: str, **fixed):
        def make(book, code, day, lines, **more):
            psn = book.person(gend="2", brdy=years(day, 30))
            return book.visit(psn, lines, day, insutype=insutype, **(fixed | more))

        return make

    limited(book, "POL-MED-001", "药品限工伤保险", of("310"), lambda *a, **k: None)
    for code in book.pick(codes("药品限工伤保险"), 10):
        day = a_day(book, code)
        found = of("390")(book, code, day, [line(code.code, "55.55")])
        book.hit("POL-MED-001", f"{code.name} resident", found.psn, (found.lines[0], "55.55"))
        book.silent(
            "POL-MED-001", f"{code.name} self-paid", of("390")(book, code, day, [self_paid(code.code)]).psn
        )
    limited(book, "POL-MED-002", "药品限生育保险", of("310"), of("510"))
    for code in book.pick(codes("药品限生育保险"), 5):
        day = a_day(book, code)
        birth = of("390", med_type="52", dx=("O80.000",))(book, code, day, [line(code.code)])
        book.silent("POL-MED-002", f"{code.name} resident giving birth", birth.psn)
        plain_case = of("390", med_type="21", dx=("J18.900",))(book, code, day, [line(code.code, "44.00")])
        book.hit(
            "POL-MED-002", f"{code.name} resident, no birth", plain_case.psn, (plain_case.lines[0], "44.00")
        )


def by_setting(book: Book) -> None:
    def of(*types: str):
        def make(book, code, day, lines, **more):
            med_type = types[book.random.randrange(len(types))]
            return book.visit(
                book.person(brdy=years(day, 60)), lines, day, **({"med_type": med_type, "at": SECOND} | more)
            )

        return make

    def ward_only(code: Code) -> bool:
        return "急诊" not in code.constraint

    rule, rule_class = "POL-MED-013", "药品限就医方式"
    limited(book, rule, rule_class, of("11", "14"), of("21", "2101", "24", "28", "52"), usable=ward_only)
    emergency = [code for code in codes(rule_class) if not ward_only(code)]
    for code in book.pick(emergency, 6):
        day = a_day(book, code)
        for med_type in ("13", "1301", "21", "24"):
            book.silent(rule, f"{code.name} {med_type}", of(med_type)(book, code, day, [line(code.code)]).psn)
        found = of("11", "14")(book, code, day, [line(code.code, "61.00")])
        book.hit(rule, f"{code.name} outpatient", found.psn, (found.lines[0], "61.00"))
        bought = of("41")(book, code, day, [line(code.code, "62.00")], at=PHARMACY)
        book.hit(rule, f"{code.name} pharmacy", bought.psn, (bought.lines[0], "62.00"))
    for code in book.pick([c for c in codes(rule_class) if ward_only(c)], 4):
        day = a_day(book, code)
        home = of("21")(book, code, day, [line(code.code, dscg_tkdrug_flag="1")])
        book.silent(rule, f"{code.name} taken home at discharge", home.psn)
        found = of("13")(book, code, day, [line(code.code, "63.00")])
        book.hit(rule, f"{code.name} emergency room, ward only", found.psn, (found.lines[0], "63.00"))


def by_level(book: Book) -> None:
    def at(*where: str):
        def make(book, code, day, lines, **more):
            place = where[book.random.randrange(len(where))]
            return book.visit(
                book.person(brdy=years(day, 66)), lines, day, **({"at": place, "med_type": "21"} | more)
            )

        return make

    def second(code: Code) -> bool:
        return "首次处方" not in code.constraint and "眼科" not in code.constraint

    rule, rule_class = "POL-MED-012", "药品限医疗机构级别"
    limited(book, rule, rule_class, at(FIRST), at(SECOND, THIRD), usable=second)
    for code in book.pick([c for c in codes(rule_class) if second(c)], 4):
        day = a_day(book, code)
        for place in (UNKNOWN, UNRATED):
            # An unknown level is suspect (§6), never sure.
            visit = at(place)(book, code, day, [line(code.code)])
            book.hit(rule, f"{code.name} level not stated", visit.psn, (visit.lines[0], None))
    for code in [c for c in codes(rule_class) if "眼科" in c.constraint]:
        day = a_day(book, code)
        for place in (EYE, THIRD):
            book.silent(
                rule, f"{code.name} lawful at {place}", at(place)(book, code, day, [line(code.code)]).psn
            )
        for place in (FIRST, SECOND):
            found = at(place)(book, code, day, [line(code.code, "71.00")])
            book.hit(rule, f"{code.name} at {place}", found.psn, (found.lines[0], "71.00"))
    for code in book.pick([c for c in codes(rule_class) if "首次处方时需" in c.constraint], 8):
        day = a_day(book, code)
        first = at(FIRST)(book, code, day, [line(code.code, "72.00")], med_type="11")
        book.hit(
            rule, f"{code.name} first prescription in primary care", first.psn, (first.lines[0], "72.00")
        )
        psn = book.person(brdy=years(day, 55))
        book.visit(psn, [line(code.code)], day - 40 * ONE, at=SECOND)
        book.visit(psn, [line(code.code)], day, at=FIRST)
        book.silent(rule, f"{code.name} refill in primary care", psn)


def by_piece(book: Book) -> None:
    other = "T001700999"  # a piece on neither list

    def alone(book, code, day, lines, **more):
        rx = "R" + book.number()
        lines = [row | {"rx_drord_no": rx} for row in lines]
        return book.visit(book.person(brdy=years(day, 50)), lines, day, **more)

    def together(book, code, day, lines, **more):
        return alone(book, code, day, [*lines, line(other, "8.00"), line("T001700998", "7.00")], **more)

    never, single = "中药饮片单复方均不予支付", "中药饮片单方使用不予支付"
    limited(book, "POL-MED-003", never, together, lambda *a, **k: None)
    limited(book, "POL-MED-004", single, alone, together)
    for code in book.pick(codes(never), 6):
        day = a_day(book, code)
        free = together(book, code, day, [self_paid(code.code)])
        book.silent("POL-MED-003", f"{code.name} self-paid", free.psn)
        early = together(book, code, date(2026, 5, 10), [line(code.code)])
        book.silent("POL-MED-003", f"{code.name} the day before in force", early.psn)
        near = together(book, code, day, [line("T001700" + f"{book.random.randrange(950, 990)}")])
        book.silent("POL-MED-003", "a piece on no list", near.psn)
    for code in book.pick(codes(single), 6):
        day = a_day(book, code)
        cooked = alone(
            book,
            code,
            day,
            [line(code.code, "5.50"), line("004800000010000", "3.00", hilist_name="中药代煎费")],
        )
        book.hit("POL-MED-004", f"{code.name} alone, cooked", cooked.psn, (cooked.lines[0], "5.50"))
        psn = book.person(brdy=years(day, 50))
        lone = book.visit(psn, [line(code.code, "5.60", rx_drord_no="R" + book.number())], day)
        book.visit(psn, [line(other, rx_drord_no="R" + book.number())], day)
        book.hit(
            "POL-MED-004", f"{code.name} alone, others on another prescription", psn, (lone.lines[0], "5.60")
        )
    for first, second in zip(book.pick(codes(single), 5), book.pick(codes(single), 5), strict=True):
        if first.code != second.code:
            both = alone(book, first, LAST_DAY, [line(first.code, "4.00"), line(second.code, "6.00")])
            book.hit(
                "POL-MED-004", "only such pieces", both.psn, (both.lines[0], "4.00"), (both.lines[1], "6.00")
            )
            mixed = together(book, first, LAST_DAY, [line(first.code, "4.00"), line(second.code, "6.00")])
            book.silent("POL-MED-004", "such pieces among others", mixed.psn)


def build(book: Book) -> None:
    by_sex(book)
    by_age(book)
    by_insurance(book)
    by_setting(book)
    by_level(book)
    by_piece(book)
