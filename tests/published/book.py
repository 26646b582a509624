"""Landing tables as a source would deliver them, and beside them what the documents say of each claim."""

import random
from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

CENT = Decimal("0.01")
PRICES = ("pric", "pric_uplmt_amt", "selfpay_prop")
TABLES = {
    "psn_info_b": "psn_no gend brdy surv_stas death_date psn_name household_no",
    "fixmedins_b": "fixmedins_code fixmedins_name fixmedins_type hosp_lv fix_blng_admdvs medins_type medins_spec"
    " begndate enddate",
    "medins_dr_b": "prac_psn_code fixmedins_code prac_psn_name pro_tech_duty",
    "hilist_b": "hilist_code hilist_name list_type begndate enddate chrgitm_lv pric_uplmt_amt",
    "mdtrt_d": "mdtrt_id psn_no fixmedins_code med_type begntime endtime inhosp_stas adm_dept_codg adm_dept_name"
    " adm_bed dscg_dept_codg dscg_way dscg_maindiag_code chfpdr_code refl_old_mdtrt_id nwb_flag vali_flag",
    "setl_d": "setl_id mdtrt_id psn_no fixmedins_code insutype med_type begndate enddate setl_time medfee_sumamt"
    " fulamt_ownpay_amt overlmt_selfpay preselfpay_amt inscp_amt fund_pay_sumamt hifp_pay hifob_pay psn_pay acct_pay"
    " cash_payamt acct_mulaid_pay ownpay_hosp_part refd_setl_flag init_setl_id mid_setl_flag setl_type manl_reim_rea dise_no hi_paymtd dev_no"
    " invono vali_flag",
    "fee_list_d": "bkkp_sn setl_id mdtrt_id psn_no fixmedins_code med_type fee_ocur_time hilist_code hilist_name"
    " list_type med_chrgitm_type cnt pric det_item_fee_sumamt pric_uplmt_amt selfpay_prop fulamt_ownpay_amt"
    " overlmt_selfpay preselfpay_amt inscp_amt medins_disc_amt chrgitm_lv init_feedetl_sn rx_drord_no"
    " bilg_dr_code bilg_dept_codg acord_dept_codg spec prd_days sin_dos_dscr used_frqu_dscr dscg_tkdrug_flag"
    " rx_circ_flag tcmdrug_used_way serv_begntime serv_endtime crte_time vali_flag updt_time",
    "setl_list_diag_d": "diag_info_id mdtrt_id psn_no diag_code maindiag_flag setl_id diag_name",
    "setl_list_oprn_d": "setl_list_oprn_id mdtrt_id psn_no oprn_oprt_code main_oprn_flag setl_id oprn_oprt_name"
    " oprn_oprt_begntime oprn_oprt_endtime",
    "rx_d": "hi_rxno psn_no fixmedins_code prsc_time prsc_dr_code rx_stas valid_end_time",
    "drug_trac_d": "drug_trac_codg hilist_code fixmedins_code event event_time psn_no setl_id bkkp_sn trdn_flag",
    "drug_inv_d": "fixmedins_code hilist_code inv_data_type event_time cnt unit",
}
INPATIENT = ("21", "22", "23", "24", "28", "52")
THIRD, SECOND, SECOND_B, FIRST = "H99010100001", "H99010100002", "H99010100003", "H99010100004"
EYE, UNRATED, UNKNOWN, ENDED = "H99010100005", "H99010100006", "H99010100007", "H99010100008"
PHARMACY, PHARMACY_B = "P99010100001", "P99010100002"


def kind(code: str) -> tuple[str, str]:
    """Catalogue class and charge class of a code."""
    if code[:1] == "X":
        return "101", "09"
    if code[:1] == "Z":
        return "101", "11"
    if code[:1] == "T":
        return "102", "10"
    if code[:1] == "C":
        return "301", "08"
    if code.startswith("001109"):
        return "201", "01"
    if code.startswith("001102"):
        return "201", "02"
    if code.startswith("0012"):
        return "201", "07"
    if code.startswith("0033"):
        return "201", "06"
    if code.startswith("0025"):
        return "201", "04"
    if code.startswith("0021"):
        return "201", "03"
    return "201", "05"


def line(code: str, inscp: str | Decimal = "36.00", cnt: str = "1", **more) -> dict:
    """One charge: of it `inscp` is in scope; a tenth more is paid first by the patient unless `preself` says else."""
    scope = Decimal(inscp)
    first = Decimal(more.pop("preself", "0.00"))
    own = Decimal(more.pop("own", "0.00"))
    total = scope + first + own
    list_type, charge = kind(code)
    quantity = Decimal(cnt)
    row = {
        "hilist_code": code,
        "hilist_name": "项目" + code[-6:],
        "list_type": list_type,
        "med_chrgitm_type": charge,
        "cnt": quantity,
        "pric": (total / quantity).quantize(Decimal("0.000001")),
        "det_item_fee_sumamt": total,
        "fulamt_ownpay_amt": own,
        "overlmt_selfpay": Decimal("0.00"),
        "preselfpay_amt": first,
        "inscp_amt": scope,
        "chrgitm_lv": "03" if own and not scope else ("02" if first else "01"),
        "selfpay_prop": Decimal(1) if own and not scope else (first / total).quantize(Decimal("0.0001")),
    }
    return row | more


def self_paid(code: str, amount: str = "36.00", **more) -> dict:
    return line(code, "0.00", own=amount, **more)


class Visit:
    """What a case needs to name: the visit, its settlement and its lines."""

    def __init__(self, psn: str, mdtrt: str, setl: str | None, lines: list[str], inscp: Decimal):
        self.psn, self.mdtrt, self.setl, self.lines, self.inscp = psn, mdtrt, setl, lines, inscp


class Book:
    """Rows by table; wanted[rule][case] = expected hits; kept[rule] = cases that stay silent."""

    def __init__(self, seed: int = 20260720):
        self.rows: dict[str, list[dict]] = defaultdict(list)
        self.cases: list[dict] = []
        self.random = random.Random(seed)
        self.count = 0
        hospital = {"fixmedins_type": "1", "fix_blng_admdvs": "990101", "begndate": "2015-01-01"}
        for code, name, level, more in (
            (THIRD, "第一人民医院", "02", {}),
            (SECOND, "县人民医院", "05", {}),
            (SECOND_B, "第二县人民医院", "06", {}),
            (FIRST, "镇卫生院", "08", {}),
            (EYE, "光明眼科医院", "05", {"medins_spec": "眼科"}),
            (UNRATED, "社区诊所", "11", {}),
            (UNKNOWN, "未知诊所", None, {}),
            (ENDED, "已解除协议医院", "05", {"enddate": "2026-02-28"}),
            (PHARMACY, "百姓药店", None, {"fixmedins_type": "2"}),
            (PHARMACY_B, "便民药店", None, {"fixmedins_type": "2"}),
        ):
            self.rows["fixmedins_b"].append(
                hospital | {"fixmedins_code": code, "fixmedins_name": name, "hosp_lv": level} | more
            )

    def number(self) -> str:
        self.count += 1
        return f"{self.count:06d}"

    def person(self, *, gend: str = "1", brdy: date | str = "1980-03-03", **more) -> str:
        psn = "A" + self.number()
        self.rows["psn_info_b"].append({"psn_no": psn, "gend": gend, "brdy": brdy, "surv_stas": "1"} | more)
        return psn

    def visit(
        self,
        psn: str,
        lines: list[dict],
        day: date,
        *,
        at: str = SECOND,
        med_type: str = "11",
        end: date | None = None,
        dx: tuple[str, ...] = (),
        ops: tuple = (),
        open: bool = False,
        settled: date | None = None,
        mdtrt: dict | None = None,
        visit: str | None = None,
        vali_flag: str | None = None,
        hour: int = 9,
        setl: dict | None = None,
        insutype: str = "310",
    ) -> Visit:
        """A visit with its charges and settlement, in agreement to the cent. A line's `on` is its day, `time` its time."""
        end = end or day
        mdtrt_id = visit or "M" + self.number()
        setl_id = None if open else "S" + self.number()
        settled = settled or end
        stay = med_type[:2] in INPATIENT
        if visit is None:
            self.rows["mdtrt_d"].append(
                {
                    "mdtrt_id": mdtrt_id,
                    "psn_no": psn,
                    "fixmedins_code": at,
                    "med_type": med_type,
                    "begntime": f"{day} 08:00:00",
                    "endtime": None if open and stay else f"{end} {'17' if stay else '18'}:00:00",
                    "inhosp_stas": ("1" if open else "0") if stay else None,
                    "adm_dept_codg": "A03" if stay else None,
                    "adm_dept_name": "内科" if stay else None,
                    "adm_bed": mdtrt_id if stay else None,
                    "dscg_dept_codg": "A03" if stay else None,
                    "dscg_way": "1" if stay and not open else None,
                    "dscg_maindiag_code": dx[0] if dx else None,
                    "vali_flag": vali_flag,
                }
                | (mdtrt or {})
            )
        names = []
        money: dict[str, Decimal] = defaultdict(lambda: Decimal("0.00"))
        for place, source in enumerate(lines):
            row = dict(source)
            on, time = row.pop("on", day), row.pop("time", f"{hour:02d}:{place % 60:02d}:00")
            row.setdefault("bkkp_sn", "F" + self.number())
            if isinstance(row.get("init_feedetl_sn"), int):
                row["init_feedetl_sn"] = names[row["init_feedetl_sn"]]
            names.append(row["bkkp_sn"])
            full = {
                "setl_id": setl_id,
                "mdtrt_id": mdtrt_id,
                "psn_no": psn,
                "fixmedins_code": at,
                "med_type": med_type,
                "fee_ocur_time": f"{on} {time}",
                "bilg_dept_codg": None if at.startswith("P") else "A03",
                "vali_flag": vali_flag,
            } | row
            full.setdefault("crte_time", full["fee_ocur_time"])
            self.rows["fee_list_d"].append(full)
            if full.get("vali_flag") != "0" or vali_flag == "0":
                for name in (
                    "det_item_fee_sumamt",
                    "fulamt_ownpay_amt",
                    "overlmt_selfpay",
                    "preselfpay_amt",
                    "inscp_amt",
                ):
                    money[name] += row[name]
        fund = (money["inscp_amt"] * Decimal("0.7")).quantize(CENT)
        if not open:
            total = money["det_item_fee_sumamt"]
            self.rows["setl_d"].append(
                {
                    "setl_id": setl_id,
                    "mdtrt_id": mdtrt_id,
                    "psn_no": psn,
                    "fixmedins_code": at,
                    "insutype": insutype,
                    "med_type": med_type,
                    "begndate": day,
                    "enddate": end,
                    "setl_time": f"{settled} 18:30:00",
                    "medfee_sumamt": total,
                    "fulamt_ownpay_amt": money["fulamt_ownpay_amt"],
                    "overlmt_selfpay": money["overlmt_selfpay"],
                    "preselfpay_amt": money["preselfpay_amt"],
                    "inscp_amt": money["inscp_amt"],
                    "fund_pay_sumamt": fund,
                    "hifp_pay": fund,
                    "psn_pay": total - fund,
                    "acct_pay": Decimal("0.00"),
                    "cash_payamt": total - fund,
                    "refd_setl_flag": "0",
                    "hi_paymtd": "1",
                    "invono": "I" + (setl_id or ""),
                    "vali_flag": vali_flag,
                }
                | (setl or {})
            )
        for place, code in enumerate(dx):
            self.rows["setl_list_diag_d"].append(
                {
                    "diag_info_id": "D" + self.number(),
                    "mdtrt_id": mdtrt_id,
                    "psn_no": psn,
                    "diag_code": code,
                    "maindiag_flag": "0" if place else "1",
                    "setl_id": setl_id,
                }
            )
        for place, source in enumerate(ops):
            op = {"oprn_oprt_code": source} if isinstance(source, str) else source
            self.rows["setl_list_oprn_d"].append(
                {
                    "setl_list_oprn_id": "O" + self.number(),
                    "mdtrt_id": mdtrt_id,
                    "psn_no": psn,
                    "main_oprn_flag": "0" if place else "1",
                    "setl_id": setl_id,
                    "oprn_oprt_begntime": f"{day} 10:00:00",
                }
                | op
            )
        return Visit(psn, mdtrt_id, setl_id, names, money["inscp_amt"])

    def reverse(self, first: Visit, day: date) -> None:
        """A settlement that takes another back whole, its lines without the number of the line they undo."""
        header = next(row for row in self.rows["setl_d"] if row["setl_id"] == first.setl)
        setl = "S" + self.number()
        back = {name: -value for name, value in header.items() if isinstance(value, Decimal)}
        more = {
            "setl_id": setl,
            "init_setl_id": first.setl,
            "refd_setl_flag": "1",
            "setl_time": f"{day} 10:00:00",
        }
        self.rows["setl_d"].append(header | back | more)
        for row in [row for row in self.rows["fee_list_d"] if row["setl_id"] == first.setl]:
            undone = {
                name: -value
                for name, value in row.items()
                if isinstance(value, Decimal) and name not in PRICES
            }
            self.rows["fee_list_d"].append(row | undone | {"setl_id": setl, "bkkp_sn": "F" + self.number()})

    def correct(self, name: str, **change) -> None:
        """A later version of a line: of two versions of one key the later wins."""
        row = next(row for row in self.rows["fee_list_d"] if row["bkkp_sn"] == name)
        day = row["fee_ocur_time"][:10]
        row["updt_time"] = f"{day} 20:00:00"
        self.rows["fee_list_d"].append(row | change | {"updt_time": f"{day} 23:00:00"})

    def hit(self, rule: str, why: str, psn: str, *found: tuple) -> None:
        """`found`: (name of a line, visit or settlement, amount or None where the documents fix none)."""
        self.cases.append({"rule": rule, "why": why, "psn": psn, "want": found})

    def silent(self, rule: str, why: str, psn: str) -> None:
        self.cases.append({"rule": rule, "why": why, "psn": psn, "want": ()})

    def pick(self, choices, count: int) -> list:
        """A sample by the fixed seed, without repeating while there are enough."""
        choices = list(choices)
        if not choices:
            return []
        found = self.random.sample(choices, min(count, len(choices)))
        while len(found) < count:
            found.append(self.random.choice(choices))
        return found

    def land(self, folder: Path) -> Path:
        """Write every table as Parquet of text."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, columns in TABLES.items():
            if name in self.rows or name in ("fee_list_d", "setl_d"):
                table = {
                    column: pa.array([text(row.get(column)) for row in self.rows[name]], pa.string())
                    for column in columns.split()
                }
                pq.write_table(pa.table(table), folder / f"{name}.parquet")
        return folder


def text(value: object) -> str | None:
    return None if value is None else str(value)


def years(day: date, count: int, days: int = 0) -> date:
    """The birthday of somebody who turns `count` years old `days` days after `day` (negative: before it)."""
    turned = day + timedelta(days=days)
    return turned.replace(year=turned.year - count)


def at_hour(day: date, hour: float) -> str:
    moment = datetime.combine(day, datetime.min.time()) + timedelta(hours=hour)
    return moment.strftime("%Y-%m-%d %H:%M:%S")
