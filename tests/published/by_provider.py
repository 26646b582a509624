"""Claims of the rules that look at an institution or at drugs together, and of drugs limited to a disease."""

from datetime import date, timedelta

from tests.published.book import FIRST, SECOND, SECOND_B, THIRD, Book, line, self_paid, years
from tests.published.points import LAST_DAY, codes, plain

ONE = timedelta(days=1)
CARE, DRUG = "003100000000000", "XC09CAL168A001010100001"
BOOK = date(2026, 2, 12)
# Texts that name one disease, and its codes in the Chinese edition of ICD-10: set by hand for these tests.
DISEASE = {
    "限2型糖尿病": "E11.900",
    "限2型糖尿病患者": "E11.200",
    "限十二指肠溃疡": "K26.900",
    "限高磷血症": "E83.300x001",
    "限绝经后女性骨质疏松症": "M81.000",
    "限原发性高血压": "I10.x00",
    "限艾滋病病毒感染": "B24.x00",
    "限特发性肺纤维化": "J84.101",
    "限生长激素缺乏症": "E23.000x001",
    "限前列腺增生": "N40.x00",
    "限骨关节炎": "M19.900",
}


def day_from(book: Book, first: date, room: int = 5) -> date:
    return first + timedelta(days=book.random.randrange((LAST_DAY - first).days - room))


def by_indication(book: Book) -> None:
    rule = "POL-MED-008"
    known = [c for c in codes("药品限适应症") if plain(c.constraint).rstrip("。 ") in DISEASE]
    for code in book.pick(known, 24):
        good = DISEASE[plain(code.constraint).rstrip("。 ")]
        gend = "1" if good.startswith("N40") else "2"
        day = day_from(book, code.first)

        def visit(day, dx, lines, gend=gend):
            return book.visit(book.person(gend=gend, brdy=years(day, 66)), lines, day, dx=dx)

        found = visit(day, ("S82.100",), [line(code.code, "31.00")])
        book.hit(
            rule, f"{code.name} ({code.constraint}) for a broken leg", found.psn, (found.lines[0], "31.00")
        )
        book.silent(rule, f"{code.name} for {good}", visit(day, (good,), [line(code.code)]).psn)
        book.silent(
            rule, f"{code.name}, second diagnosis", visit(day, ("S82.100", good), [line(code.code)]).psn
        )
        book.silent(rule, f"{code.name}, no diagnosis sent", visit(day, (), [line(code.code)]).psn)
        book.silent(rule, f"{code.name}, self-paid", visit(day, ("S82.100",), [self_paid(code.code)]).psn)
        book.silent(
            rule, f"{code.name}, too early", visit(code.first - ONE, ("S82.100",), [line(code.code)]).psn
        )


def by_earlier_drug(book: Book) -> None:
    rule = "POL-MED-005"
    for code in book.pick(codes("药品限二线使用"), 22):
        day = day_from(book, code.first)
        psn = book.person(brdy=years(day, 60))
        found = book.visit(psn, [line(code.code, "88.00")], day)
        book.hit(rule, f"{code.name}, nothing before", psn, (found.lines[0], "88.00"))
        other = code.code[:4] + "ZZ" + code.code[6:]
        for why, row in (
            ("another of its class before", line(other)),
            ("self-paid before", self_paid(other)),
        ):
            psn = book.person(brdy=years(day, 60))
            book.visit(psn, [row], day - 40 * ONE, at=THIRD)
            book.visit(psn, [line(code.code, "88.00")], day)
            book.silent(rule, f"{code.name}, {why}", psn)
        psn = book.person(brdy=years(day, 60))
        book.visit(psn, [self_paid(code.code)], day)
        book.silent(rule, f"{code.name}, self-paid", psn)
        psn = book.person(brdy=years(day, 60))
        book.visit(psn, [line(code.code)], code.first - ONE)
        book.silent(rule, f"{code.name}, before in force", psn)


def by_pair_of_drugs(book: Book) -> None:
    groups = (
        ("盐酸二甲双胍片", "XA10BAE049A001010101234", "盐酸二甲双胍缓释片", "XA10BAE049A010010101234"),
        ("格列齐特缓释片", "XA10BBG050A010010101234", "格列美脲片", "XA10BBG049A001010101234"),
        ("阿卡波糖片", "XA10BFA084A001010101234", "伏格列波糖片", "XA10BFF025A001010101234"),
        ("盐酸吡格列酮片", "XA10BGB090A001010101234", "罗格列酮片", "XA10BGL067A001010101234"),
        ("磷酸西格列汀片", "XA10BHX067A001010101234", "利格列汀片", "XA10BHL120A001010101234"),
    )
    for n in range(20):
        one, code, other, other_code = groups[n % 5]
        day = day_from(book, BOOK)

        def rows(rx, second_rx, doctor, second_doctor, names=(one, code, other, other_code)):
            return [
                line(names[1], "20.00", hilist_name=names[0], rx_drord_no=rx, bilg_dr_code=doctor),
                line(
                    names[3], "30.00", hilist_name=names[2], rx_drord_no=second_rx, bilg_dr_code=second_doctor
                ),
            ]

        psn = book.person()
        found = book.visit(psn, rows("R" + psn, "R" + psn, "D1", "D1"), day)
        book.hit("CLN-MED-006", f"{one} with {other}", psn, (found.lines[1], "30.00"))
        psn = book.person()
        book.visit(psn, rows("R" + psn, "Q" + psn, "D1", "D2")[:1], day, at=SECOND)
        book.visit(psn, rows("R" + psn, "Q" + psn, "D1", "D2")[1:], day, at=FIRST)
        book.silent("CLN-MED-006", "two clinics", psn)
        psn = book.person()
        book.visit(psn, rows("R" + psn, "Q" + psn, "D1", "D1")[:1], day)
        book.visit(psn, rows("R" + psn, "Q" + psn, "D1", "D1")[1:], day + 3 * ONE)
        book.silent("CLN-MED-006", "a switch on another day", psn)
        psn = book.person()
        book.visit(
            psn,
            [
                line(code, hilist_name=one, rx_drord_no="R"),
                line(code[:-1] + "5", hilist_name=one, rx_drord_no="R"),
            ],
            day,
        )
        book.silent("CLN-MED-006", "two packs of one drug", psn)
        psn = book.person()
        second = rows("R" + psn, "R" + psn, "D1", "D1")
        book.visit(psn, [second[0], self_paid(other_code, hilist_name=other, rx_drord_no="R" + psn)], day)
        book.silent("CLN-MED-006", "second self-paid", psn)
        # decoction pieces that do not go together
        psn, name = book.person(), ("附子", "制附子", "黑顺片(附子)", "附⼦")[n % 4]
        bletilla = ("白及", "白及粉")[n % 2]
        pieces = [("T000500901", name), ("T000700902", bletilla), ("T000100903", "甘草片")]

        def decoction(names, numbers):
            return [
                line(c, "4.00", hilist_name=text, rx_drord_no=rx)
                for (c, text), rx in zip(names, numbers, strict=True)
            ]

        found = book.visit(psn, decoction(pieces, ["R" + psn] * 3), day)
        book.hit("CLN-MED-012", f"{name} with {bletilla}", psn, (found.lines[1], "4.00"))
        psn = book.person()
        book.visit(psn, decoction(pieces, ["R" + psn, "Q" + psn, "R" + psn]), day)
        book.silent("CLN-MED-012", "on two prescriptions", psn)
        psn = book.person()
        book.visit(psn, decoction([("T000500904", "白附子"), *pieces[1:]], ["R" + psn] * 3), day)
        book.silent("CLN-MED-012", "白附子 is another piece", psn)


def by_charge_pair(book: Book) -> None:
    scans = (("002103000010000", "002103000020000"), ("002102000010000", "002102000020000"))
    for n in range(20):
        day = day_from(book, date(2026, 1, 2))
        without, with_contrast = scans[n % 2]
        psn = book.person()
        found = book.visit(psn, [line(with_contrast, "400.00"), line(without, "200.00")], day)
        book.hit("EXT-008", "plain and enhanced scan", psn, (found.lines[1], "200.00"))
        psn = book.person()
        book.visit(psn, [line(without, "200.00")], day)
        book.visit(psn, [line(with_contrast, "400.00")], day + 2 * ONE)
        book.silent("EXT-008", "on another day", psn)
        psn = book.person()
        dialysis = "003110000060000"
        device = (
            ("一次性使用血液透析器", "血液透析管路", "一次性使⽤透析器")[n % 3]
            if n % 3 != 1
            else "一次性透析管路"
        )
        kit = "C0701010010100100001"
        found = book.visit(
            psn, [line(dialysis, "400.00"), line(kit, "90.00", hilist_name=device)], day, dx=("N18.500",)
        )
        book.hit("EXT-023", f"{device} beside dialysis", psn, (found.lines[1], "90.00"))
        psn = book.person()
        book.visit(
            psn,
            [line(dialysis, "400.00"), line(kit, "90.00", hilist_name="一次性使用导尿管")],
            day,
            dx=("N18.500",),
        )
        book.silent("EXT-023", "another consumable", psn)
        psn = book.person()
        book.visit(
            psn, [line(dialysis, "400.00"), self_paid(kit, "90.00", hilist_name=device)], day, dx=("N18.500",)
        )
        book.silent("EXT-023", "paid by the patient", psn)
        # outpatient charge of the same hospital inside a stay
        psn = book.person()
        rows = [line(CARE, "50.00", on=day - (8 - k) * ONE) for k in range(8)]
        book.visit(psn, rows, day - 8 * ONE, med_type="21", end=day, dx=("J18.900",))
        out = book.visit(psn, [line("002501010010000", "38.00")], day - 4 * ONE, at=SECOND)
        book.hit("EXT-022", "outpatient of the same hospital", psn, (out.setl, None))
        psn = book.person()
        book.visit(psn, rows_again(rows), day - 8 * ONE, med_type="21", end=day, dx=("J18.900",))
        book.visit(psn, [line("002501010010000", "38.00")], day + 3 * ONE, at=SECOND)
        book.silent("EXT-022", "after the stay", psn)


def rows_again(rows: list[dict]) -> list[dict]:
    return [{key: value for key, value in row.items() if key != "bkkp_sn"} for row in rows]


def by_supply(book: Book) -> None:
    for n in range(20):
        day = day_from(book, date(2026, 2, 1), 60)
        psn = book.person()
        last = None
        for k in range(7):
            at = (SECOND, SECOND_B, THIRD, FIRST)[k % 4]
            last = book.visit(psn, [line(DRUG, "60.00", "3", prd_days="30")], day + k * 3 * ONE, at=at)
        book.hit(
            "EXT-019", "7 months of one drug in three weeks, four institutions", psn, (last.lines[0], None)
        )
        psn = book.person()
        book.visit(psn, [line(DRUG, "180.00", "9", prd_days="90")], day)
        book.silent("EXT-019", "one long prescription of 90 days", psn)
        psn = book.person()
        for k in range(3):
            book.visit(
                psn, [line(DRUG, "60.00", "3", prd_days="30")], day + 28 * k * ONE, at=(SECOND, FIRST)[k % 2]
            )
        book.silent("EXT-019", "a month's supply every month", psn)
        # cards in a row
        shop = f"P9901020{n:04d}"
        book.rows["fixmedins_b"].append(
            {
                "fixmedins_code": shop,
                "fixmedins_name": f"药店{n}",
                "fixmedins_type": "2",
                "fix_blng_admdvs": "990102",
            }
        )
        for k in range(12):
            psn = book.person()
            book.visit(
                psn, [line(DRUG, "199.00")], day, at=shop, med_type="41",
                setl={"setl_time": f"{day} 20:{10 + k // 2:02d}:{30 * (k % 2):02d}", "dev_no": "T01"},
            )  # fmt: skip
        book.hit("EXT-016", "twelve cards of one amount in six minutes", shop, (None, None))
        quiet = f"P9901030{n:04d}"
        book.rows["fixmedins_b"].append(
            {
                "fixmedins_code": quiet,
                "fixmedins_name": f"药房{n}",
                "fixmedins_type": "2",
                "fix_blng_admdvs": "990103",
            }
        )
        for k in range(12):
            psn = book.person()
            book.visit(
                psn, [line(DRUG, f"{20 + 7 * k}.00")], day, at=quiet, med_type="41",
                setl={"setl_time": f"{day} {8 + k:02d}:10:00", "dev_no": "T01"},
            )  # fmt: skip
        book.silent("EXT-016", "twelve buyers over a day", quiet)
        # stock: 10 counted, 20 bought, 5 left, 60 settled (or 25)
        for shop, settled in ((f"P9901040{n:04d}", 60), (f"P9901050{n:04d}", 25)):
            book.rows["fixmedins_b"].append(
                {
                    "fixmedins_code": shop,
                    "fixmedins_name": f"药店{shop}",
                    "fixmedins_type": "2",
                    "fix_blng_admdvs": "990104",
                }
            )
            for kind, on, cnt in (("1", "2026-04-01", 10), ("3", "2026-04-20", 20), ("1", "2026-06-30", 5)):
                book.rows["drug_inv_d"].append(
                    {
                        "fixmedins_code": shop,
                        "hilist_code": DRUG,
                        "inv_data_type": kind,
                        "event_time": f"{on} 08:00:00",
                        "cnt": cnt,
                        "unit": "盒",
                    }
                )
            for k in range(5):
                psn = book.person()
                book.visit(
                    psn,
                    [line(DRUG, f"{settled}.00", str(settled // 5))],
                    date(2026, 4, 20) + 13 * k * ONE,
                    at=shop,
                    med_type="41",
                )
            if settled > 25:
                book.hit("MGT-MED-001", "settled more than there was", shop, (None, None))
            else:
                book.silent("MGT-MED-001", "settled what there was", shop)


def by_share(book: Book) -> None:
    """Eight hospitals of a level in June 2026: one gives drugs for nearly everything, one scans everybody."""
    hospitals = [f"H9901060000{n}" for n in range(8)]
    small = "H99010600009"
    for code in [*hospitals, small]:
        book.rows["fixmedins_b"].append(
            {
                "fixmedins_code": code,
                "fixmedins_name": f"县医院{code[-1]}",
                "fixmedins_type": "1",
                "hosp_lv": "05",
                "fix_blng_admdvs": "990106",
            }
        )
    for place, code in enumerate([*hospitals, small]):
        for k in range(60 if code != small else 4):
            day = date(2026, 6, 1) + timedelta(days=k % 28)
            drugs = "900.00" if place == 0 or code == small else f"{400 + 3 * place + k % 5}.00"
            rows = [line(DRUG, drugs), line("003100000000000", "300.00"), line("002501010010000", "200.00")]
            scan = place == 1 or k % 10 == 0
            if scan:
                rows.append(line("002103000030000", "260.00", hilist_name="胸部CT"))
            book.visit(book.person(), rows, day, at=code, med_type="21", end=day + 2 * ONE, dx=("J18.900",))
    book.visit(book.person(), [line(DRUG)], date(2026, 6, 30), at=hospitals[2])
    book.hit("MGT-IDX-001", "drugs for nearly everything", hospitals[0], (None, None))
    book.hit("MGT-IDX-005", "a scan for everybody", hospitals[1], (None, None))
    book.hit("EXT-014", "a scan for everybody", hospitals[1], (None, None))
    for code in hospitals[2:]:
        for rule in ("MGT-IDX-001", "MGT-IDX-005", "EXT-014"):
            book.silent(rule, "like its peers", code)
    for rule in ("MGT-IDX-001", "MGT-IDX-005", "EXT-014"):
        book.silent(rule, "few cases", small)


def by_weak_reason(book: Book) -> None:
    rule = "MGT-ACT-005"
    for n in range(20):
        day = day_from(book, date(2026, 1, 2), 9)

        def stay(dx, *, extra=(), exam="1500.00", age=45, ops=(), day=day, **more):
            rows = [
                line("002501010010000", exam),
                line("001109000010000", "40.00"),
                line("001201000040000", "20.00"),
                line(DRUG, "30.00"),
                *extra,
            ]
            return book.visit(
                book.person(brdy=years(day, age)),
                rows,
                day,
                **({"med_type": "21", "end": day + 2 * ONE, "dx": (dx,), "ops": ops} | more),
            )

        found = stay(("M47.800", "K29.500", "R51.x00", "I10.x00")[n % 4])
        book.hit(rule, "two days, tests alone", found.psn, (found.mdtrt, None))
        quiet = (
            stay("M47.800", exam="100.00", extra=[line(CARE, "900.00")]),
            stay("K80.000", extra=[line("003310050080000", "1800.00")], ops=("51.2300",)),
            stay("C34.900"),
            stay("I21.900", mdtrt={"dscg_way": "2"}),
            stay("O80.000", med_type="52"),
        )
        for why, case in zip(("treated", "operated", "tumour", "sent on", "childbirth"), quiet, strict=True):
            book.silent(rule, why, case.psn)


def build(book: Book) -> None:
    by_indication(book)
    by_earlier_drug(book)
    by_pair_of_drugs(book)
    by_charge_pair(book)
    by_supply(book)
    by_share(book)
    by_weak_reason(book)
