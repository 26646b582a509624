"""Claims of the rules that judge several charges: pairs, caps, cycles, courses, operations, prescriptions."""

import re
from datetime import date, timedelta
from decimal import Decimal

from tests.published.book import SECOND, SECOND_B, Book, at_hour, line, self_paid, years
from tests.published.points import LAST_DAY, PUBLISHED, REVISED, caps, codes, cycles, pairs, rows

ONE = timedelta(days=1)


def between(book: Book, first: date, last: date) -> date:
    return first + timedelta(days=book.random.randrange((last - first).days + 1))


def patient(book: Book, **more) -> str:
    """Grown up, of working age, sex not stated: no line limit of sex or age speaks."""
    return book.person(**({"gend": "9", "brdy": "1985-05-05"} | more))


def by_pair(book: Book) -> None:
    rule, start = "POL-SVC-012", PUBLISHED["batch_07"]
    by_name = {
        name: [pair for pair in pairs() if pair[0] == name]
        for name in ("单日", "单次就诊", "6小时", "同一小时")
    }
    assert all(by_name.values())
    wholes = {pair[1] for pair in pairs()}
    every = {(pair[1], pair[2]) for pair in pairs()}

    def case(pair, gap_hours: float, *, day=None, more=(), **visit):
        day = day or between(book, start + 2 * ONE, LAST_DAY - 9 * ONE)
        _, whole, part, _ = pair
        amount = f"{book.random.randrange(300, 99000) / 100:.2f}"
        later = at_hour(day, 9 + gap_hours)
        psn = patient(book)
        stay = {"med_type": "21", "end": day + 8 * ONE} | visit
        found = book.visit(
            psn,
            [
                line(whole, "500.00", time="09:00:00"),
                line(part, amount, preself="2.00", on=later[:10], time=later[11:]),
                *more,
            ],
            day,
            **stay,
        )
        return psn, found, amount

    for pair in book.pick(by_name["单日"], 16):
        psn, found, amount = case(pair, book.random.choice((0, 0.5, 5, 13)))
        book.hit(rule, f"单日 {pair[1:3]}", psn, (found.lines[1], amount))
        psn, *_ = case(pair, 15)
        book.silent(rule, f"单日 the day after {pair[1:3]}", psn)
    for pair in book.pick(by_name["单次就诊"], 16):
        psn, found, amount = case(pair, book.random.choice((0, 20, 90, 140)))
        book.hit(rule, f"单次就诊 {pair[1:3]}", psn, (found.lines[1], amount))
        day = between(book, start, LAST_DAY - 40 * ONE)
        psn = patient(book)
        for row, on in ((line(pair[1]), day), (line(pair[2]), day + 30 * ONE)):
            book.visit(psn, [row], on, med_type="21", end=on + 3 * ONE)
        book.silent(rule, f"单次就诊 another visit {pair[1:3]}", psn)
    for pair in book.pick(by_name["6小时"], 10):
        psn, found, amount = case(pair, book.random.choice((0, 1, 3.5, 5.9)))
        book.hit(rule, f"6小时 {pair[1:3]}", psn, (found.lines[1], amount))
        psn, *_ = case(pair, book.random.choice((6.5, 8, 12)))
        book.silent(rule, f"6小时 longer {pair[1:3]}", psn)
    for pair in book.pick(by_name["同一小时"], 8):
        psn, found, amount = case(pair, book.random.choice((0, 0.25, 0.6)))
        book.hit(rule, f"同一小时 {pair[1:3]}", psn, (found.lines[1], amount))
        psn, *_ = case(pair, book.random.choice((1.5, 3, 7)))
        book.silent(rule, f"同一小时 another hour {pair[1:3]}", psn)
    anything = by_name["单日"] + by_name["单次就诊"]
    for pair in book.pick(anything, 4):
        psn, found, amount = case(pair, 0, day=start, end=start, med_type="11")
        book.hit(rule, f"first day {pair[1:3]}", psn, (found.lines[1], amount))
        psn, *_ = case(pair, 0, day=start - ONE, end=start - ONE, med_type="11")
        book.silent(rule, f"before in force {pair[1:3]}", psn)
    for place, pair in enumerate(book.pick(anything, 18)):
        _, whole, part, _ = pair
        day = between(book, start, LAST_DAY)
        psn = patient(book)
        kind = place % 6
        lines = [line(whole), line(part)]
        if kind == 0:
            lines.append(line(part, "-36.00", "-1", init_feedetl_sn=1))
        elif kind == 1:
            lines.append(line(whole, "-36.00", "-1", init_feedetl_sn=0))
        elif kind == 2:
            lines[1] = self_paid(part)
        elif kind == 3:
            lines = [line(part, "10.00"), line(part, "10.00", cnt="1")]
        elif kind == 4:
            lines[1]["vali_flag"] = "0"
        else:
            variant = next(v for v in (part[:-3] + f"{n}77" for n in range(9)) if (whole, v) not in every)
            lines[1] = line(variant)
        why = (
            "component refunded",
            "whole refunded",
            "component self-paid",
            "component alone",
            "component void",
            "a variant",
        )
        if kind == 3 and part in wholes:
            continue
        book.visit(psn, lines, day)
        book.silent(rule, f"{why[kind]} {pair[1:3]}", psn)
    for pair in book.pick(by_name["单日"], 4):
        day = between(book, start, LAST_DAY)
        psn = patient(book)
        book.visit(psn, [line(pair[1])], day, at=SECOND)
        book.visit(psn, [line(pair[2])], day, at=SECOND_B, hour=15)
        book.silent(rule, f"two hospitals on one day {pair[1:3]}", psn)
        psn = patient(book)
        found = book.visit(
            psn,
            [line(pair[1]), line(pair[2], "60.00", "2"), line(pair[2], "-30.00", "-1", init_feedetl_sn=1)],
            day,
        )
        book.hit(rule, f"component half refunded {pair[1:3]}", psn, (found.lines[1], "30.00"))
        psn = patient(book)
        still = book.visit(psn, [line(pair[1]), line(pair[2], "14.00")], day, med_type="21", open=True)
        book.hit(rule, f"still open {pair[1:3]}", psn, (still.lines[1], "14.00"))


def by_cap(book: Book) -> None:
    rule, start = "POL-SVC-014", PUBLISHED["batch_08"]
    newborn_only = {"001201000070000"}
    for code, unit, _ in [row for row in caps() if row[0] not in newborn_only]:
        day = between(book, start, LAST_DAY)
        outpatient = {"med_type": "13"}
        amount = Decimal(book.random.randrange(200, 10000)) / 50
        psn = patient(book)
        if unit == "小时":
            # two charges of one day: 20 and 8 hours, four too many
            found = book.visit(
                psn, [line(code, amount * 20, "20"), line(code, amount * 8, "8")], day, **outpatient
            )
            book.hit(rule, f"{code} 28 hours", psn, (found.lines[1], amount * 4))
            psn = patient(book)
            book.visit(psn, [line(code, amount * 20, "20"), line(code, amount * 4, "4")], day, **outpatient)
            book.silent(rule, f"{code} 24 hours exactly", psn)
        else:
            found = book.visit(psn, [line(code, amount), line(code, amount)], day, **outpatient)
            book.hit(rule, f"{code} twice a day", psn, (found.lines[1], amount))
            psn = patient(book)
            book.visit(psn, [line(code, amount / 2, "0.5"), line(code, amount / 2, "0.5")], day, **outpatient)
            book.silent(rule, f"{code} two halves", psn)
    pool = [row for row in caps() if row[0] not in newborn_only]
    for place, (code, unit, cap) in enumerate(book.pick(pool, 21)):
        day = between(book, start, LAST_DAY - 5 * ONE)
        psn, kind = patient(book), place % 7
        much = "30" if unit == "小时" else "2"
        if kind == 0:
            book.visit(
                psn, [line(code, "30.00", much), line(code, "-30.00", "-" + much, init_feedetl_sn=0)], day
            )
        elif kind == 1:
            book.visit(psn, [line(code, cnt=str(cap)), self_paid(code, cnt=str(cap))], day)
        elif kind == 2:
            book.visit(
                psn,
                [line(code, cnt=str(cap)), line(code, cnt=str(cap), on=day + ONE)],
                day,
                end=day + ONE,
                med_type="21",
            )
        elif kind == 3:
            book.visit(psn, [line(code, cnt=much)], start - ONE)
        elif kind == 4:
            book.visit(psn, [line(code, cnt=str(cap)), line(code, cnt=str(cap), vali_flag="0")], day)
        elif kind == 5:
            book.visit(
                psn,
                [
                    line(code, cnt=str(cap)),
                    line(code, cnt=str(cap)),
                    line(code, "-36.00", f"-{cap}", init_feedetl_sn=1),
                ],
                day,
            )
        else:
            book.visit(psn, [line(code, cnt=much), line(code, cnt=much)], day, vali_flag="0")
        why = (
            "refunded",
            "second self-paid",
            "two days",
            "before in force",
            "second void",
            "+1 and −1",
            "void visit",
        )[kind]
        book.silent(rule, f"{code} {why}", psn)
    for code, _, _ in book.pick([row for row in pool if row[1] == "小时"], 8):
        day = between(book, start, LAST_DAY - 5 * ONE)
        over = patient(book)
        served = {"serv_begntime": at_hour(day, 8), "serv_endtime": at_hour(day, 38)}
        book.visit(
            over,
            [line(code, cnt="30", on=day + ONE, time="14:00:00", **served)],
            day,
            end=day + ONE,
            med_type="21",
        )
        book.silent(rule, f"{code} 30 hours over midnight", over)
        posted = patient(book)
        late = line(code, cnt="60", on=day + 3 * ONE, time="14:00:00")
        book.visit(posted, [line(code, cnt="10"), late], day, end=day + 3 * ONE, med_type="21")
        book.silent(rule, f"{code} three days posted at once", posted)
        found = patient(book)
        stay = book.visit(
            found,
            [
                line(code, "240.00", "24"),
                line(code, "240.00", "24", on=day + ONE),
                line(code, "300.00", "30", on=day + 2 * ONE),
            ],
            day,
            end=day + 3 * ONE,
            med_type="21",
        )
        book.hit(rule, f"{code} 30 hours after a posting the day before", found, (stay.lines[2], "60.00"))


def by_cycle(book: Book) -> None:
    rule, start = "POL-SVC-018", PUBLISHED["batch_08"]
    for code, _cap, days in cycles() * 2:
        day = between(book, start, LAST_DAY - 20 * ONE)
        child = {"brdy": years(day, 7)} if code == "003402000350000" else {}
        for gap, hit in (
            (days - 1, True),
            (book.random.randrange(1, days), True),
            (days, False),
            (days + 1, False),
        ):
            psn = patient(book, **child)
            book.visit(psn, [line(code, "44.00")], day)
            later = book.visit(psn, [line(code, "44.00")], day + gap * ONE)
            if hit:
                book.hit(rule, f"{code} again after {gap} of {days} days", psn, (later.lines[0], "44.00"))
            else:
                book.silent(rule, f"{code} again after {gap} of {days} days", psn)
        psn = patient(book, **child)
        double = book.visit(psn, [line(code, "50.00", "2")], day)
        book.hit(rule, f"{code} two at once", psn, (double.lines[0], "25.00"))
        psn = patient(book, **child)
        book.visit(psn, [line(code, "44.00")], day)
        book.visit(psn, [line(code, "44.00"), line(code, "-44.00", "-1", init_feedetl_sn=0)], day + 2 * ONE)
        book.silent(rule, f"{code} second refunded", psn)
        psn = patient(book, **child)
        book.visit(psn, [line(code, "44.00")], start - 4 * ONE)
        book.visit(psn, [line(code, "44.00")], start - ONE)
        book.silent(rule, f"{code} before in force", psn)
        psn = patient(book, **child)
        book.visit(psn, [line(code, "44.00")], day)
        book.visit(psn, [self_paid(code)], day + 2 * ONE)
        book.silent(rule, f"{code} second self-paid", psn)


def stay_days(
    book: Book,
    psn: str,
    code: str,
    first: date,
    count: int,
    *,
    step: int = 1,
    amount="30.00",
    stay: bool = True,
    **more,
):
    """One use a day on `count` days, in one stay or in one visit a day."""
    rows_of = [line(code, amount, on=first + n * step * ONE) for n in range(count)]
    if stay:
        more = {"med_type": "21", "at": SECOND} | more
        return book.visit(psn, rows_of, first, end=first + (count * step) * ONE, **more)
    last = None
    for row in rows_of:
        last = book.visit(psn, [row], row["on"], **more)
    return last


def by_course(book: Book) -> None:
    start = PUBLISHED["batch_08"]
    for row in rows("医疗服务项目限支付疗程"):
        code, text = row["med_code"], row["constraint"]
        if "一年" in text:
            continue
        limit = int(re.search(r"不超过(\d+)天", text)[1])
        step = 14 if "间隔" in text else 1
        rule = "POL-SVC-010"
        room = (LAST_DAY - start).days
        if (limit + 2) * step <= room:
            for _place in range(3):
                day = start + timedelta(days=book.random.randrange(room - (limit + 2) * step))
                found = stay_days(book, psn := patient(book), code, day, limit + 1, step=step)
                book.hit(rule, f"{code} {limit + 1} days", psn, (found.lines[-1], "30.00"))
                stay_days(book, psn := patient(book), code, day, limit, step=step)
                book.silent(rule, f"{code} {limit} days", psn)
                psn = patient(book)
                twice = [line(code, on=day + n * ONE) for n in range(limit) for _ in range(2)]
                book.visit(psn, twice, day, end=day + limit * ONE, med_type="21")
                book.silent(rule, f"{code} twice on {limit} days", psn)
            psn = patient(book)
            book.visit(
                psn,
                [
                    *(line(code, on=day + n * ONE) for n in range(limit)),
                    self_paid(code, on=day + limit * ONE),
                ],
                day,
                end=day + limit * ONE,
                med_type="21",
            )
            book.silent(rule, f"{code} the day too many self-paid", psn)
            early = start - (limit + 9) * ONE
            stay_days(book, psn := patient(book), code, early, limit + 1)
            book.silent(rule, f"{code} before in force", psn)
            psn = patient(book)
            late = [line(code, "30.00", on=day + n * ONE) for n in range(limit + 1)]
            late.append(
                line(code, "-30.00", "-1", init_feedetl_sn=limit, on=day + limit * ONE, time="16:00:00")
            )
            book.visit(psn, late, day, end=day + limit * ONE, med_type="21")
            book.silent(rule, f"{code} the day too many refunded", psn)


def by_drug_course(book: Book) -> None:
    rule = "POL-MED-010"
    old = {"brdy": "1955-05-05"}
    for code in book.pick([c for c in codes("药品限支付疗程") if "12个月" not in c.constraint], 34):
        limit = int(re.search(r"(?:不超过|最多支付)(\d+)天", code.constraint)[1])
        first, last = code.days()
        if (last - first).days < limit + 2:
            continue
        day = between(book, first, last - (limit + 1) * ONE)
        one_stay = "单次" in code.constraint
        psn = patient(book, **old)
        found = stay_days(book, psn, code.code, day, limit + 1, dx=("I63.900",))
        book.hit(rule, f"{code.name} {limit + 1} days from {day}", psn, (found.lines[-1], "30.00"))
        psn = patient(book, **old)
        stay_days(book, psn, code.code, day, limit, dx=("I63.900",))
        book.silent(rule, f"{code.name} {limit} days", psn)
        if one_stay:
            psn = patient(book, **old)
            stay_days(book, psn, code.code, day, limit - 2 or 1, dx=("I69.300",))
            stay_days(book, psn, code.code, day + (limit + 20) * ONE, limit - 2 or 1, dx=("I69.300",))
            book.silent(rule, f"{code.name} two stays below {limit}", psn)
        else:
            psn = patient(book, **old)
            stay_days(book, psn, code.code, day, limit - 3, dx=("I63.900",))
            stay_days(book, psn, code.code, day + 120 * ONE, limit - 3, dx=("I63.900",))
            if day + (120 + limit) * ONE <= last:
                book.silent(rule, f"{code.name} new stroke, new course", psn)
    for code in book.pick(
        [c for c in codes("药品限支付疗程") if c.constraint == "支付不超过14天。" and c.first == REVISED], 5
    ):
        day = between(book, REVISED, LAST_DAY - 60 * ONE)
        psn = patient(book, **old)
        stay_days(book, psn, code.code, day, 10, dx=("H81.000",))
        found = stay_days(book, psn, code.code, day + 12 * ONE, 5, dx=("H81.000",))
        book.hit(rule, f"{code.name} 10 and 5 days in two stays", psn, (found.lines[-1], "30.00"))
    for code in book.pick(
        [c for c in codes("药品限支付疗程") if c.first < REVISED and "不超过14天" in c.constraint], 4
    ):
        early = code.first - 40 * ONE
        psn = patient(book, **old)
        stay_days(book, psn, code.code, early, 16)
        book.silent(rule, f"{code.name} before in force", psn)
    (span,) = [c for c in codes("药品限支付疗程") if "12个月" in c.constraint]
    for first, last, hit in (
        (date(2025, 1, 10), date(2026, 1, 20), True),
        (date(2025, 1, 19), date(2026, 1, 20), True),
        (date(2024, 12, 1), date(2026, 1, 5), True),
        (date(2025, 1, 20), date(2026, 1, 20), False),
        (date(2025, 3, 1), date(2026, 1, 20), False),
        (date(2025, 9, 1), date(2026, 1, 27), False),
        (date(2025, 1, 10), date(2026, 1, 28), False),  # dropped by the revision
    ):
        psn = patient(book, gend="2")
        book.visit(psn, [line(span.code, "4000.00")], first, dx=("C50.900",))
        middle = first + timedelta(days=(last - first).days // 2)
        book.visit(psn, [line(span.code, "4000.00")], middle, dx=("C50.900",))
        found = book.visit(psn, [line(span.code, "4000.00")], last, dx=("C50.900",))
        if hit:
            book.hit(rule, f"{span.name} {first} to {last}", psn, (found.lines[0], "4000.00"))
        else:
            book.silent(rule, f"{span.name} {first} to {last}", psn)


def by_operation(book: Book) -> None:
    rule, start = "POL-SVC-002", PUBLISHED["batch_02"]
    groups: dict[str, set[str]] = {}
    member: dict[str, set[str]] = {}
    for row in rows("手术项目未按规定折价收费"):
        groups.setdefault(row["constraint"], set()).add(row["med_code"])
        member.setdefault(row["med_code"], set()).add(row["constraint"])
    contained = {frozenset(pair[1:3]) for pair in pairs()}

    def full(code: str, price: str, **more) -> dict:
        return line(code, price, pric_uplmt_amt=Decimal(price), **more)

    done = 0
    while done < 24:
        group = sorted(groups)[done % len(groups)]
        alone = sorted(code for code in groups[group] if len(member[code]) == 1)
        one, two = book.random.sample(alone, 2)
        if frozenset((one, two)) in contained:
            continue
        done += 1
        day = between(book, start, LAST_DAY - 3 * ONE)
        stay = {"med_type": "21", "end": day + 3 * ONE, "dx": ("K80.000",)}
        psn = patient(book)
        found = book.visit(psn, [full(one, "900.00"), full(two, "500.00")], day, **stay)
        book.hit(rule, f"{group} two at full price {one} {two}", psn, (found.lines[1], None))
        psn = patient(book)
        half = line(two, "250.00", pric_uplmt_amt=Decimal("500.00"))
        book.visit(psn, [full(one, "900.00"), half], day, **stay)
        book.silent(rule, f"{group} second discounted", psn)
        psn = patient(book)
        kind = done % 5
        if kind == 0:
            book.visit(psn, [full(one, "900.00"), full(two, "500.00", on=day + 2 * ONE)], day, **stay)
        elif kind == 1:
            other = next(
                c for g in sorted(groups) if g != group for c in sorted(groups[g]) if not member[c] & {group}
            )
            book.visit(psn, [full(one, "900.00"), full(other, "500.00")], day, **stay)
        elif kind == 2:
            book.visit(
                psn,
                [
                    full(one, "900.00"),
                    full(two, "500.00"),
                    full(two, "-500.00", cnt="-1", init_feedetl_sn=1)
                    | {"pric_uplmt_amt": Decimal("500.00"), "pric": Decimal("500.00")},
                ],
                day,
                **stay,
            )
        elif kind == 3:
            book.visit(psn, [full(one, "900.00"), full(two, "500.00")], start - ONE, med_type="21", end=start)
        else:
            book.visit(psn, [full(one, "900.00")], day, **stay)
        why = ("another day", "another group", "second refunded", "before in force", "one alone")[kind]
        book.silent(rule, f"{group} {why}", psn)


def build(book: Book) -> None:
    by_pair(book)
    by_cap(book)
    by_cycle(book)
    by_course(book)
    by_drug_course(book)
    by_operation(book)
