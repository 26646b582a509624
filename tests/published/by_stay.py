"""Claims of the rules that look at stays, at visits of one person, and at charges inside a stay."""

from datetime import date, timedelta

from tests.published.book import PHARMACY, SECOND, SECOND_B, THIRD, Book, at_hour, line
from tests.published.points import LAST_DAY

ONE = timedelta(days=1)
START = date(2026, 1, 10)
BED, NURSING, ROUND = "001109000010000", "001201000040000", "001102000050000"
CARE, DRUG = "003100000000000", "XJ01DDT030B001010100001"
DIALYSIS, PERFUSION, CRRT = "003110000060000", "003110000100000", "003110000110000"


def some_day(book: Book, room: int = 60) -> date:
    return START + timedelta(days=book.random.randrange((LAST_DAY - START).days - room))


def stay(
    book: Book,
    psn: str,
    day: date,
    days: int = 6,
    *,
    treated: bool = True,
    dx="J18.900",
    beds: int | None = None,
    extra=(),
    **more,
):
    """A stay of `days` nights with bed, nursing and (when treated) an injection every day."""
    rows = []
    for n in range(days):
        if beds is None or n < beds:
            rows.append(line(BED, "40.00", on=day + n * ONE, time="08:00:00"))
        rows.append(line(NURSING, "20.00", on=day + n * ONE, time="08:10:00"))
        if treated or n == 0:
            rows.append(line(DRUG, "60.00", on=day + n * ONE, time="09:00:00"))
            rows.append(line(CARE, "80.00", on=day + n * ONE, time="10:00:00"))
    rows += extra
    kind = {"med_type": "21", "end": day + max(days, 0) * ONE, "dx": (dx,)}
    return book.visit(psn, rows, day, **(kind | more))


def split_admission(book: Book) -> None:
    rule = "MGT-ACT-001"
    for n in range(20):
        day, gap = some_day(book), (1, 2, 3, 5, 7)[n % 5]
        back = day + (6 + gap) * ONE
        psn = book.person()
        stay(book, psn, day)
        second = stay(book, psn, back)
        book.hit(rule, f"back after {gap} days, same diagnosis", psn, (second.mdtrt, None))
    quiet = {
        "another hospital": {"second": {"at": SECOND_B}},
        "the same day": {"gap": 0},
        "forty days later": {"gap": 40},
        "unrelated": {
            "second": {
                "dx": "S82.100",
                "mdtrt": {"dscg_dept_codg": "A04", "adm_dept_codg": "A04", "adm_dept_name": "骨科"},
            }
        },
        "chemotherapy": {"both": {"dx": "Z51.100"}},
        "radiotherapy": {"both": {"dx": "Z51.000"}},
        "dialysis": {"both": {"dx": "N18.500", "extra": "dialysis"}},
        "childbirth": {"second": {"dx": "O80.000", "med_type": "52"}},
        "sent to another hospital": {"first": {"mdtrt": {"dscg_way": "2"}}},
        "an emergency": {"second": {"med_type": "210104", "dx": "I21.900"}},
        "newborn": {"both": {"dx": "P59.900", "mdtrt": {"nwb_flag": "1"}}},
        "referred down and counted once": {
            "second": {"at": SECOND_B, "mdtrt": {"refl_old_mdtrt_id": "first"}}
        },
    }
    for why, change in quiet.items():
        for _ in range(3):
            day = some_day(book)
            psn = book.person(gend="2")
            seen = None
            for name in ("first", "second"):
                more = {
                    key: value for source in ("both", name) for key, value in change.get(source, {}).items()
                }
                on = day if name == "first" else day + (6 + change.get("gap", 4)) * ONE
                if more.get("extra") == "dialysis":
                    more["extra"] = [line(DIALYSIS, "400.00", on=on + ONE, time="10:00:00")]
                if more.get("mdtrt", {}).get("refl_old_mdtrt_id"):
                    more["mdtrt"] = {"refl_old_mdtrt_id": seen.mdtrt}
                seen = stay(book, psn, on, **more)
            book.silent(rule, why, psn)


def frequent(book: Book) -> None:
    for n in range(20):
        month = (date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1), date(2026, 6, 1))[n % 4]
        psn = book.person()
        for k in range(56):
            book.visit(
                psn,
                [line(CARE, "15.00")],
                month + timedelta(days=k // 2),
                hour=8 + 5 * (k % 2),
                at=(SECOND, SECOND_B)[k % 2],
            )
        book.hit("MGT-ACT-002", "56 visits in a month", psn, (None, None))
        psn = book.person()
        for k in range(4):
            book.visit(psn, [line(CARE, "15.00")], month + timedelta(days=6 * k))
        book.silent("MGT-ACT-002", "4 visits in a month", psn)
        psn = book.person()
        for k in range(12):
            book.visit(
                psn,
                [line(DIALYSIS, "400.00")],
                month + timedelta(days=2 * k),
                med_type="140201",
                dx=("N18.500",),
                setl={"dise_no": "M07800"},
            )
        book.silent("MGT-ACT-002", "dialysis three times a week", psn)
        psn = book.person()
        for k in range(40):
            book.visit(
                psn,
                [line("XC09CAL168A001010100001", "22.00")],
                month + timedelta(days=k * 27 // 40),
                at=PHARMACY,
                med_type="41",
                hour=8 + k % 9,
            )
        book.hit("MGT-ACT-003", "40 purchases in a month", psn, (None, None))
        psn = book.person()
        for k in range(3):
            book.visit(
                psn,
                [line("XC09CAL168A001010100001", "22.00")],
                month + timedelta(days=9 * k),
                at=PHARMACY,
                med_type="41",
            )
        book.silent("MGT-ACT-003", "3 purchases in a month", psn)
        psn = book.person()
        for k in range(12):
            stay(
                book,
                psn,
                date(2025, 8, 1) + timedelta(days=26 * k),
                4,
                dx=("J18.900", "K29.700", "M51.200", "I25.100")[k % 4],
                at=(SECOND, SECOND_B, THIRD)[k % 3],
            )
        book.hit("MGT-ACT-004", "12 stays in a year", psn, (None, None))
        psn = book.person()
        for k in range(2):
            stay(book, psn, date(2025, 8, 1) + timedelta(days=100 * k), 4)
        book.silent("MGT-ACT-004", "2 stays", psn)
        psn = book.person()
        for k in range(9):
            stay(book, psn, date(2025, 9, 1) + timedelta(days=21 * k), 3, dx="Z51.100")
        book.silent("MGT-ACT-004", "chemotherapy every three weeks", psn)


def inside_stay(book: Book) -> None:
    for n in range(20):
        day = some_day(book)
        # hanging bed: bed and nursing alone from the second day on
        psn = book.person()
        found = stay(book, psn, day, 7, treated=False)
        book.hit("EXT-001", "six days without treatment", psn, (found.mdtrt, None))
        psn = book.person()
        stay(book, psn, day, 7)
        book.silent("EXT-001", "treated every day", psn)
        # bed days: discharge day does not count
        days = 3 + n % 9
        psn = book.person()
        more = stay(book, psn, day, days, extra=[line(BED, "40.00", on=day + days * ONE, time="08:00:00")])
        book.hit("EXT-002", f"{days + 1} beds in {days} days", psn, (more.lines[-1], "40.00"))
        psn = book.person()
        stay(book, psn, day, days)
        book.silent("EXT-002", f"{days} beds in {days} days", psn)
        psn = book.person()
        book.visit(psn, [line(BED, "40.00"), line(CARE)], day, med_type="21", dx=("J18.900",))
        book.silent("EXT-002", "in and out on one day", psn)
        psn = book.person()
        stay(
            book,
            psn,
            day,
            days,
            extra=[
                line(BED, "40.00", on=day + days * ONE),
                line(BED, "-40.00", "-1", on=day + days * ONE, init_feedetl_sn=days * 4),
            ],
        )
        book.silent("EXT-002", "the day too many refunded", psn)
        # two stays at once
        psn = book.person()
        stay(book, psn, day, 8)
        other = stay(book, psn, day + 2 * ONE, 5, at=SECOND_B)
        book.hit("EXT-003", "two hospitals at once", psn, (other.mdtrt, None))
        psn = book.person()
        stay(book, psn, day, 5, mdtrt={"dscg_way": "2"})
        stay(book, psn, day + 5 * ONE, 5, at=THIRD)
        book.silent("EXT-003", "transfer day", psn)
        psn = book.person(gend="2", brdy="1996-06-06")
        for _ in range(2):
            stay(book, psn, day, 5, dx="P59.900", mdtrt={"nwb_flag": "1"})
        book.silent("EXT-003", "twins under the mother", psn)
        # charged outside while inside
        psn = book.person()
        stay(book, psn, day, 8)
        out = book.visit(
            psn,
            [line(DRUG, "35.00")],
            day + 4 * ONE,
            at=(SECOND_B, PHARMACY)[n % 2],
            med_type=("11", "41")[n % 2],
        )
        book.hit("EXT-004", "settled elsewhere during the stay", psn, (out.setl, None))
        psn = book.person()
        stay(book, psn, day, 8)
        book.visit(psn, [line(DRUG, "35.00")], day, at=SECOND, med_type="13", hour=6)
        book.visit(psn, [line(DRUG, "35.00")], day + 8 * ONE, at=PHARMACY, med_type="41", hour=19)
        book.silent("EXT-004", "on the days of admission and discharge", psn)
        psn = book.person()
        stay(book, psn, day, 8)
        book.visit(
            psn, [line(DIALYSIS, "400.00")], day + 3 * ONE, at=SECOND_B, med_type="140201", dx=("N18.500",)
        )
        book.silent("EXT-004", "dialysis outside", psn)
        # hours charged against hours served
        psn = book.person()
        served = {"serv_begntime": at_hour(day, 9), "serv_endtime": at_hour(day, 13)}
        found = book.visit(psn, [line("003107010220000", "60.00", "6", **served)], day, med_type="13")
        book.hit("EXT-010", "6 hours charged, 4 served", psn, (found.lines[0], "20.00"))
        psn = book.person()
        book.visit(psn, [line("003107010220000", "40.00", "4", **served)], day, med_type="13")
        book.silent("EXT-010", "4 hours charged, 4 served", psn)
        # nursing of a grade beside special nursing
        grade = ("001201000010000", "001201000020000")[n % 2]
        psn = book.person()
        found = book.visit(
            psn,
            [line(grade, "120.00"), line("001201000140000", "15.00")],
            day,
            med_type="21",
            end=day + 3 * ONE,
        )
        book.hit("EXT-024", f"{grade} and special nursing", psn, (found.lines[1], "15.00"))
        psn = book.person()
        book.visit(
            psn,
            [line(grade, "120.00"), line("001201000140000", "15.00", on=day + ONE)],
            day,
            med_type="21",
            end=day + 3 * ONE,
        )
        book.silent("EXT-024", "on another day", psn)
        # blood purification at one time
        both = PERFUSION if n % 2 else CRRT
        psn = book.person()
        hours = {"serv_begntime": at_hour(day, 9), "serv_endtime": at_hour(day, 13)}
        cnt = {"cnt": "4"} if both == CRRT else {}
        found = book.visit(
            psn,
            [line(both, "500.00", **cnt, **hours), line(DIALYSIS, "400.00", **hours)],
            day,
            med_type="21",
            end=day + 2 * ONE,
            dx=("N18.500",),
        )
        book.hit("EXT-009", "at one time", psn, (found.lines[1], "400.00"))
        psn = book.person()
        later = {"serv_begntime": at_hour(day, 14), "serv_endtime": at_hour(day, 18)}
        book.visit(
            psn, [line(both, "500.00", **cnt, **hours), line(DIALYSIS, "400.00", time="14:00:00", **later)], day, med_type="21", end=day + 2 * ONE,
            dx=("N18.500",),
        )  # fmt: skip
        book.silent("EXT-009", "one after the other", psn)


def prescriptions(book: Book) -> None:
    for _n in range(20):
        day = some_day(book)
        drug = "XL01EDA001A001010100001"
        for valid, hit in ((day - 2 * ONE, True), (day + 2 * ONE, False)):
            psn, rx = book.person(), "RX" + book.number()
            book.rows["rx_d"].append(
                {
                    "hi_rxno": rx,
                    "psn_no": psn,
                    "fixmedins_code": SECOND,
                    "prsc_time": f"{day - 5 * ONE} 09:00:00",
                    "prsc_dr_code": "D990101000001",
                    "rx_stas": "1",
                    "valid_end_time": f"{valid} 23:59:59",
                }
            )
            found = book.visit(
                psn, [line(drug, "95.00", rx_drord_no=rx, rx_circ_flag="1")], day, at=PHARMACY, med_type="41"
            )
            if hit:
                book.hit("EXT-018", "filled after its last day", psn, (found.lines[0], "95.00"))
            else:
                book.silent("EXT-018", "filled in time", psn)
        psn = book.person()
        kinds = [
            line(f"X{'ABCDGHJLMN'[k % 10]}0{1 + k % 9}AAX{k:03d}A001010100001", "9.00", rx_drord_no="K" + psn)
            for k in range(24)
        ]
        found = book.visit(psn, kinds, day)
        book.hit("MGT-MED-004", "24 kinds on one prescription", psn, (None, None))
        psn = book.person()
        book.visit(psn, [row | {"rx_drord_no": "K" + psn} for row in kinds[:3]], day)
        book.silent("MGT-MED-004", "3 kinds", psn)
        psn = book.person()
        book.visit(psn, [line(f"T0017008{k:02d}", "3.00", rx_drord_no="K" + psn) for k in range(18)], day)
        book.silent("MGT-MED-004", "18 decoction pieces", psn)


def build(book: Book) -> None:
    split_admission(book)
    frequent(book)
    inside_stay(book)
    prescriptions(book)
