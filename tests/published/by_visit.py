"""Claims of the rules that judge a visit: identities, codes against sex, age and operations, dates, death, contract."""

from datetime import date, timedelta
from decimal import Decimal

from tests.published.book import ENDED, PHARMACY, SECOND, SECOND_B, THIRD, Book, line, self_paid, years
from tests.published.points import LAST_DAY, codes, plain, sexes

ONE = timedelta(days=1)
START = date(2025, 6, 1)
GENERAL = "003100000000000"  # an item with no point


BOOK = date(2026, 2, 12)  # the edition of 2025, published: its examples are in force from then


def some_day(book: Book, before: int = 12, start: date = START) -> date:
    return start + timedelta(days=book.random.randrange((LAST_DAY - start).days - before))


def by_identity(book: Book) -> None:
    def clean(lines=None, **more):
        day = some_day(book)
        psn = book.person()
        return book.visit(psn, lines or [line(GENERAL, "120.00", preself="12.00", own="5.00")], day, **more)

    def last(name: str) -> dict:
        return book.rows["setl_d"][-1] if name == "setl_d" else book.rows[name][-1]

    for _ in range(5):
        for identity, changes in (
            ("A1", {"preselfpay_amt": 3, "inscp_amt": 2}),
            ("A2", {"psn_pay": 4, "cash_payamt": 4}),
            ("A3", {"cash_payamt": 2}),
            ("A4", {"hifp_pay": 9}),
        ):
            found = clean()
            for name, more in changes.items():
                last("setl_d")[name] += Decimal(more)
            book.hit("MGT-DAT-001", identity, found.psn, (found.setl, None))
        for why, changes in (
            ("within the tolerance", {"cash_payamt": Decimal("0.04")}),
            (
                "hospital part",
                {"psn_pay": -Decimal(7), "cash_payamt": -Decimal(7), "ownpay_hosp_part": Decimal(7)},
            ),
            ("shared account", {"cash_payamt": -Decimal(6), "acct_mulaid_pay": Decimal(6)}),
            ("no part of the fund filled", {"hifp_pay": None}),
        ):
            kept = clean()
            for name, more in changes.items():
                last("setl_d")[name] = (
                    None if more is None else (last("setl_d").get(name) or Decimal("0.00")) + more
                )
            book.silent("MGT-DAT-001", why, kept.psn)
        found = clean()
        last("fee_list_d")["pric"] += Decimal(3)
        book.hit("MGT-DAT-002", "A6", found.psn, (found.lines[0], None))
        found = clean()
        last("fee_list_d")["preselfpay_amt"] += Decimal(3)
        last("setl_d")["preselfpay_amt"] += Decimal(3)
        last("setl_d")["inscp_amt"] -= Decimal(3)
        book.hit("MGT-DAT-002", "A7", found.psn, (found.lines[0], None))
        found = clean()
        for name in ("medfee_sumamt", "inscp_amt", "psn_pay", "cash_payamt"):
            last("setl_d")[name] += Decimal(50)
        book.hit("MGT-DAT-002", "A10", found.psn, (found.setl, None))
        kept = clean()
        last("fee_list_d")["det_item_fee_sumamt"] += Decimal("0.01")
        last("fee_list_d")["inscp_amt"] += Decimal("0.01")
        book.silent("MGT-DAT-002", "a cent", kept.psn)
        kept = clean()
        row = last("fee_list_d")
        row["medins_disc_amt"] = row["pric"] * row["cnt"] - row["det_item_fee_sumamt"] + Decimal(10)
        row["pric"] += Decimal(10)
        book.silent("MGT-DAT-002", "discounted by the house", kept.psn)
        kept = clean()
        row = dict(last("fee_list_d"))
        book.rows["fee_list_d"][-1] |= {"fee_ocur_time": f"{row['fee_ocur_time'][:10]} 11:00:00"}
        book.silent("MGT-DAT-002", "in order", kept.psn)
        kept = clean([self_paid(GENERAL, "44.00"), line(GENERAL, "10.00", "0.3333")])
        book.silent("MGT-DAT-002", "self-paid beside paid, a broken quantity", kept.psn)
    # A11: a refund gives back, says what it gives back, and leaves nothing
    for place in range(8):
        psn, day = book.person(), some_day(book)
        first = book.visit(psn, [line(GENERAL, "80.00")], day)
        again = {"refd_setl_flag": "1", "init_setl_id": first.setl}
        if place % 2:
            again["init_setl_id"] = None
        refund = book.visit(
            psn,
            [line(GENERAL, "-80.00", "-1", init_feedetl_sn=None)],
            day + ONE,
            setl=again,
            visit=first.mdtrt,
        )
        book.rows["fee_list_d"][-1]["init_feedetl_sn"] = first.lines[0]
        if place % 2:
            book.hit("MGT-DAT-001", "A11 names no original", psn, (refund.setl, None))
        else:
            book.silent("MGT-DAT-001", "a whole refund", psn)


def by_operation_code(book: Book) -> None:
    stay = {"med_type": "21", "dx": ("K80.000",)}
    surgery = "003310050080000"

    def operated(gend="1", ops=(), lines=None, dx=("K80.000",), **more):
        day = some_day(book, start=BOOK)
        psn = book.person(gend=gend, brdy=years(day, 45))
        lines = lines or [line(surgery, "900.00"), line(GENERAL, "90.00", on=day + ONE)]
        return book.visit(psn, lines, day, **(stay | {"ops": ops, "dx": dx, "end": day + 4 * ONE} | more))

    women = {"65.7903": "卵巢悬吊术", "71.2400x003": "前庭大腺切除术", "75.9900": "其他产科手术"}
    for n in range(21):
        code = sorted(women)[n % 3]
        found = operated("1", ops=(code,))
        book.hit("MGT-DAT-005", f"man, {women[code]}", found.psn, (found.mdtrt, None))
        book.silent("MGT-DAT-005", f"woman, {women[code]}", operated("2", ops=(code,)).psn)
    book.silent("MGT-DAT-005", "sex not stated", operated("9", ops=("65.7903",)).psn)
    book.silent("MGT-DAT-005", "void", operated("1", ops=({"oprn_oprt_code": "65.7903"},), vali_flag="0").psn)
    allowed = {
        "43.9900x004": ("C16.402", "C16.500", "C16.900", "C85.900x023"),
        "45.4200x003": ("C18.700", "C18.900", "D12.400"),
    }
    others = (
        "S82.100",
        "J18.900",
        "I63.900",
        "N20.000",
        "H25.900",
        "M51.200",
        "E11.900",
        "S72.000",
        "G40.900",
        "L40.000",
    )
    for n in range(20):
        code = sorted(allowed)[n % 2]
        found = operated(ops=(code,), dx=(others[n // 2],))
        book.hit("MGT-DAT-006", f"{code} for {others[n // 2]}", found.psn, (found.mdtrt, None))
        good = allowed[code][n % len(allowed[code])]
        book.silent("MGT-DAT-006", f"{code} for {good}", operated(ops=(code,), dx=(good, others[n // 2])).psn)
    for n in range(4):
        book.silent(
            "MGT-DAT-006", "an operation of no group", operated(ops=("47.0100",), dx=(others[n],)).psn
        )
        both = ("47.0100", "43.9900x004")
        book.silent("MGT-DAT-006", "a secondary operation", operated(ops=both, dx=(others[n],)).psn)
    for n in range(10):
        found = operated(ops=())
        book.hit("MGT-DAT-004", "operation charged, none coded", found.psn, (found.mdtrt, None))
        wrong = operated(ops=(("4799", "ABC", "47.01.00", "阑尾切除")[n % 4],))
        book.hit("MGT-DAT-004", "no such code", wrong.psn, (wrong.mdtrt, None))
        none = operated(ops=({"oprn_oprt_code": "51.2300", "main_oprn_flag": "0"},))
        book.hit("MGT-DAT-004", "no principal operation", none.psn, (none.mdtrt, None))
        book.silent("MGT-DAT-004", "coded", operated(ops=("51.2300",)).psn)
        book.silent("MGT-DAT-004", "two, one principal", operated(ops=("51.2300", "54.5900x001")).psn)
        plain_stay = operated(ops=(), lines=[line(GENERAL, "90.00")])
        book.silent("MGT-DAT-004", "no operation", plain_stay.psn)


def by_diagnosis(book: Book) -> None:
    def diagnosed(gend, age, dx, **more):
        day = some_day(book, start=BOOK)
        psn = book.person(gend=gend, brdy=years(day, age, -20))
        return book.visit(psn, [line(GENERAL, "60.00")], day, **({"dx": dx} | more))

    women = ("O80.000", "O14.100", "N83.200", "C53.900", "D25.900", "N73.900", "C56.x00")
    men = ("N40.x00", "C61.x00", "N41.100", "N43.300")
    for n in range(22):
        code = women[n % len(women)]
        found = diagnosed("1", 45, (code,))
        book.hit("MGT-ACT-006", f"man, {code}", found.psn, (found.mdtrt, None))
        book.silent("MGT-ACT-006", f"woman, {code}", diagnosed("2", 35, (code,)).psn)
        code = men[n % len(men)]
        found = diagnosed("2", 60, (code,))
        book.hit("MGT-ACT-006", f"woman, {code}", found.psn, (found.mdtrt, None))
        book.silent("MGT-ACT-006", f"man, {code}", diagnosed("1", 60, (code,)).psn)
    for n in range(6):
        book.silent("MGT-ACT-006", "man, breast", diagnosed("1", 60, (("C50.900", "N62.x00")[n % 2],)).psn)
        book.silent("MGT-ACT-006", "sex not stated", diagnosed("9", 45, ("O80.000",)).psn)
        baby = diagnosed("2", 28, ("P59.900", "N43.300"), med_type="21", mdtrt={"nwb_flag": "1"})
        book.silent("MGT-ACT-006", "newborn under the mother", baby.psn)
    newborn = ("P36.902", "P28.402", "P24.901", "P39.100x004")
    for n in range(24):
        code = newborn[n % 4]
        age = (3, 8, 25, 60)[n // 6]
        found = diagnosed("1", age, (code,))
        book.hit("MGT-ACT-007", f"{code} at {age}", found.psn, (found.mdtrt, None))
        day = some_day(book)
        baby = book.person(brdy=day - timedelta(days=(5, 27, 40, 100, 200, 350)[n % 6]))
        book.visit(baby, [line(GENERAL)], day, dx=(code,))
        book.silent("MGT-ACT-007", f"{code} below one year", baby)
        if n < 6:
            mother = diagnosed("2", 28, (code,), med_type="21", mdtrt={"nwb_flag": "1"})
            book.silent("MGT-ACT-007", f"{code} newborn under the mother", mother.psn)


def by_date(book: Book) -> None:
    def stay(*lines, days=6, **more):
        day = some_day(book)
        psn = book.person()
        rows = [line(GENERAL, "50.00", on=day + n * ONE) for n in range(days)]
        rows += [row | {"on": day + row["on"] * ONE} for row in lines]
        return book.visit(
            psn, rows, day, **({"med_type": "21", "end": day + days * ONE, "dx": ("J18.900",)} | more)
        )

    for n in range(12):
        late = stay(line(GENERAL, "77.00", on=6 + 8 + n))
        book.hit("MGT-DAT-008", f"{8 + n} days after discharge", late.psn, (late.lines[-1], "77.00"))
        early = stay(line(GENERAL, "78.00", on=-9 - n))
        book.hit("MGT-DAT-008", f"{9 + n} days before admission", early.psn, (early.lines[-1], "78.00"))
        book.silent("MGT-DAT-008", "on the day of discharge", stay(line(GENERAL, on=6, time="16:00:00")).psn)
        book.silent("MGT-DAT-008", "posted at midnight", stay(line(GENERAL, on=7, time="00:00:00")).psn)
        book.silent("MGT-DAT-008", "emergency test the day before", stay(line("002501010010000", on=-1)).psn)
        refunded = stay(
            line(GENERAL, "77.00", on=20), line(GENERAL, "-77.00", "-1", on=20, init_feedetl_sn=6)
        )
        book.silent("MGT-DAT-008", "refunded", refunded.psn)
    for _ in range(3):
        book.silent(
            "MGT-DAT-008",
            "pathology after discharge",
            stay(line("002708000010000", on=8, med_chrgitm_type="04")).psn,
        )
    for n in range(20):
        day = some_day(book)
        psn = book.person()
        late = book.visit(
            psn, [line(GENERAL, "33.00", crte_time=f"{day + timedelta(days=30 + n)} 10:00:00")], day
        )
        book.hit("MGT-DAT-007", f"uploaded after {30 + n} days", psn, (late.lines[0], None))
        psn = book.person()
        book.visit(psn, [line(GENERAL, "33.00", crte_time=f"{day + (n % 2) * ONE} 23:00:00")], day)
        book.silent("MGT-DAT-007", "uploaded at once or the next day", psn)
        psn = book.person(surv_stas="2", death_date=day - timedelta(days=3 + n))
        dead = book.visit(psn, [line(GENERAL, "41.00")], day)
        book.hit("EXT-005", f"{3 + n} days after death", psn, (dead.lines[0], "41.00"))
        psn = book.person(surv_stas="2", death_date=day + n * ONE)
        book.visit(psn, [line(GENERAL, "41.00")], day, settled=day + (n + 9) * ONE)
        book.silent("EXT-005", "before death, settled after it", psn)
        after, before = date(2026, 3, 1) + timedelta(days=n * 5), date(2026, 2, 28) - timedelta(days=n * 5)
        psn = book.person()
        ended = book.visit(psn, [line(GENERAL, "43.00")], after, at=ENDED)
        book.hit("EXT-020", f"{after} at an institution that ended", psn, (ended.lines[0], "43.00"))
        psn = book.person()
        book.visit(psn, [line(GENERAL, "43.00")], before, at=ENDED, settled=before + 4 * ONE)
        book.silent("EXT-020", f"{before} within the contract", psn)
        psn = book.person()
        book.visit(psn, [line(GENERAL, "43.00")], after, at=ENDED, med_type=("13", "1301")[n % 2])
        book.silent("EXT-020", "emergency", psn)


def by_price(book: Book) -> None:
    for n in range(20):
        code = f"0031999900{n:02d}000"
        old, new = Decimal(100 + n), Decimal(80 + n)
        change = date(2026, 3, 1)
        for first, last, price in ((date(2020, 1, 1), change - ONE, old), (change, None, new)):
            book.rows["hilist_b"].append(
                {
                    "hilist_code": code,
                    "hilist_name": f"项目{n}",
                    "list_type": "201",
                    "begndate": first,
                    "enddate": last,
                    "chrgitm_lv": "01",
                    "pric_uplmt_amt": price,
                }
            )
        for day, price, over in (
            (change, new + 1, True),
            (change - ONE, old + 5, True),
            (change - ONE, old, False),
            (change - ONE, new + 1, False),
            (change, new, False),
        ):
            psn = book.person()
            found = book.visit(psn, [line(code, price * 2, "2")], day, at=THIRD)
            if over:
                book.hit("POL-SVC-001", f"{price} on {day}", psn, (found.lines[0], None))
            else:
                book.silent("POL-SVC-001", f"{price} on {day}", psn)
    psn = book.person()
    book.visit(psn, [line(GENERAL, "5000.00", pric_uplmt_amt=Decimal("999999"))], LAST_DAY)
    book.silent("POL-SVC-001", "999999 is no cap", psn)


def by_purchase(book: Book) -> None:
    drugs = [
        c
        for c in codes("药品区分性别使用")
        if (sexes().get(plain(c.name)) == "2") and c.code.startswith("ZD")
    ]
    for code in book.pick(drugs, 20):
        first, end = code.days()
        day = first + timedelta(days=book.random.randrange((end - first).days + 1))
        man = book.person(gend="1")
        found = book.visit(man, [line(code.code, "29.00")], day, at=PHARMACY, med_type="41")
        book.hit("EXT-017", f"man buys {code.name}", man, (found.lines[0], "29.00"))
        woman = book.person(gend="2")
        book.visit(woman, [line(code.code, "29.00")], day, at=PHARMACY, med_type="41")
        book.silent("EXT-017", f"woman buys {code.name}", woman)
        man = book.person(gend="1")
        book.visit(man, [self_paid(code.code)], day, at=PHARMACY, med_type="41")
        book.silent("EXT-017", f"man pays {code.name} himself", man)
    for n in range(20):
        day, trace = some_day(book, 60), f"8{book.number():0>19}"
        drug = "XC09CAL168A001010100001"
        sold = []
        for place, (at, gap) in enumerate(((PHARMACY, 0), (SECOND, 3 + n))):
            psn = book.person()
            visit = book.visit(
                psn, [line(drug, "52.00")], day + gap * ONE, at=at, med_type="41" if at == PHARMACY else "11"
            )
            sold.append((psn, visit))
            book.rows["drug_trac_d"].append(
                {
                    "drug_trac_codg": trace,
                    "hilist_code": drug,
                    "fixmedins_code": at,
                    "event": "sell",
                    "event_time": f"{day + gap * ONE} 10:00:00",
                    "psn_no": psn,
                    "setl_id": visit.setl,
                    "bkkp_sn": visit.lines[0],
                    "trdn_flag": "0",
                }
            )
            if place == 0 and n % 2:
                why = "returned between" if n % 4 == 1 else "sold in pieces"
                if n % 4 == 1:
                    book.rows["drug_trac_d"].append(
                        book.rows["drug_trac_d"][-1]
                        | {"event": "return", "event_time": f"{day + ONE} 09:00:00"}
                    )
                else:
                    book.rows["drug_trac_d"][-1]["trdn_flag"] = "1"
        if n % 2:
            if n % 4 == 3:
                book.rows["drug_trac_d"][-1]["trdn_flag"] = "1"
            book.silent("EXT-007", why, sold[1][0])
        else:
            book.hit("EXT-007", f"sold twice, {3 + n} days apart", sold[1][0], (sold[1][1].lines[0], "52.00"))
            book.silent("EXT-007", "the first sale", sold[0][0])
    for n in range(20):
        day = some_day(book)
        psn, number = book.person(), "Z" + book.number()
        first = book.visit(psn, [line(GENERAL, "300.00")], day, setl={"invono": number})
        again = book.visit(
            psn, [line(GENERAL, "300.00")], day, settled=day + (5 + n) * ONE, at=SECOND,
            setl={"invono": number, "setl_type": "1", "manl_reim_rea": "01"},
        )  # fmt: skip
        book.hit("EXT-021", "one invoice at the hospital and by hand", psn, (again.setl, None))
        assert first.setl
        psn = book.person()
        for at in (SECOND, SECOND_B):
            book.visit(psn, [line(GENERAL, "300.00")], day, at=at)
        book.silent("EXT-021", "two invoices", psn)
        psn = book.person()
        first = book.visit(psn, [line(GENERAL, "300.00")], day, setl={"invono": number + "R"})
        book.visit(
            psn, [line(GENERAL, "-300.00", "-1", init_feedetl_sn=None)], day, visit=first.mdtrt,
            setl={"refd_setl_flag": "1", "init_setl_id": first.setl, "invono": number + "R"},
        )  # fmt: skip
        book.rows["fee_list_d"][-1]["init_feedetl_sn"] = first.lines[0]
        book.visit(psn, [line(GENERAL, "300.00")], day, setl={"invono": number + "R"})
        book.silent("EXT-021", "settled, refunded, settled again", psn)


def build(book: Book) -> None:
    by_identity(book)
    by_operation_code(book)
    by_diagnosis(book)
    by_date(book)
    by_price(book)
    by_purchase(book)
