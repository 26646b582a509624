"""From a chunk of visits and lines to the rows of the transaction tables.

Identifiers are numbers of fixed width by order of settlement; a reversal has its own settlement and line
numbers and names the originals.
"""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from fundguard.synthetic import visits as v
from fundguard.synthetic.city import ADMDVS, DEPARTMENT_NAMES, DEPARTMENTS, SORT
from fundguard.synthetic.columnar import DAY, coded, constant, days, decimals, numbers, runs, times
from fundguard.synthetic.lines import Lines
from fundguard.synthetic.plan import Plan
from fundguard.synthetic.registers import NAMES, PERSON, UNKNOWN_DOCTOR, doctor_codes, place_codes
from fundguard.synthetic.settle import PARTS
from fundguard.synthetic.writers import Landing

SETL = 990_100_100_000_000_000
REVERSAL = 990_100_700_000_000_000
MDTRT = 990_100_200_000_000_000
LINE = 990_100_300_000_000_000
RX = 990_100_400_000_000_000
TRACE = 100_000_000_000_000_000
PLANTED_TRACE = 500_000_000_000
_MONEY, _QUANTITY = pa.decimal128(16, 2), pa.decimal128(16, 4)
_PRICE, _RATIO = pa.decimal128(16, 6), pa.decimal128(9, 4)
_MED_TYPES = ["11", "13", "14", "41", "21", "14", "21", "2105", "11", "52", "21", "11", "15", "11"]
_DISEASE_NO = {"dialysis": "M07800", "chemo": "M00500"}
# Secondary diagnoses: ordinary companions, complications (CC) and major ones (MCC).
_PLAIN = ["I10.x00x002", "E11.900", "K29.500", "E78.500", "M81.900"]
_CC = ["E87.600", "D64.900", "J98.400", "N39.000"]
_MCC = ["J96.000", "R57.900", "I46.900"]
_SECOND = _PLAIN + _CC + _MCC
_SECOND_NAMES = [
    "高血压",
    "2型糖尿病",
    "慢性胃炎",
    "高脂血症",
    "骨质疏松",
    "低钾血症",
    "贫血",
    "肺部感染",
    "泌尿道感染",
    "急性呼吸衰竭",
    "休克",
    "心脏停搏",
]
_OPERATIONS = ["47.0901", "51.2300", "53.0001", "79.3500", "81.5200", "13.4100", "57.9900", "22.6300"]


@dataclass
class Writer:
    """Writes chunk after chunk; keeps the running line number, sales by month, and truth events."""

    plan: Plan
    landing: Landing
    position_of: np.ndarray  # key → position, -1 gone
    next_line: int = 0
    next_trace: int = 0
    events: list[dict[str, np.ndarray]] = field(default_factory=list)
    near: list[dict[str, np.ndarray]] = field(default_factory=list)
    sold: dict[int, np.ndarray] = field(default_factory=dict)
    settlements: int = 0

    def __post_init__(self) -> None:
        city, diseases = self.plan.city, self.plan.diseases
        self.places = pa.array(place_codes(city))
        self.place_admdvs = pa.array([code[1:7] for code in place_codes(city)])
        codes = doctor_codes(city)
        self.doctors = pa.array([*codes, UNKNOWN_DOCTOR])
        rng = np.random.default_rng(7)
        self.doctor_names = pa.array(
            [NAMES[int(n)].as_py() for n in rng.integers(0, len(NAMES), len(codes))] + ["未知医生"]
        )
        self.departments, self.department_names = pa.array(DEPARTMENTS), pa.array(DEPARTMENT_NAMES)
        self.med_types = pa.array(_MED_TYPES)
        dise = sorted({d for d in diseases.dise_no if d} | set(_DISEASE_NO.values()))
        self.dise_nos = pa.array(dise)
        self.dise_no = np.array([dise.index(d) if d else -1 for d in diseases.dise_no])
        self.dise_kind = np.array([dise.index(_DISEASE_NO[k]) if k in _DISEASE_NO else -2 for k in v.KINDS])
        adrg = [f"{g}{digit}" for g in diseases.adrg for digit in "135"]
        self.drg = pa.array(adrg)
        self.surgery = self.plan.catalogue.pools["surgery"]

    # A chunk ------------------------------------------------------------------------------------

    def write(
        self,
        chunk: v.Visits,
        position: np.ndarray,
        lines: Lines,
        head: dict,
        employee: np.ndarray,
        settled: np.ndarray,
        is_open: np.ndarray,
        rng: np.random.Generator,
    ) -> None:
        """Writes everything one chunk of visits gives."""
        size = len(chunk)
        number = LINE + self.next_line + np.arange(len(lines))
        self.next_line += len(lines)
        void = rng.random(size) < 0.001
        void &= (chunk.tag < 0) & ~is_open
        updt = settled + rng.integers(1, 30, size)
        second_dx, worst = self._second_diagnoses(chunk, rng)
        self._visits(chunk, position, is_open, void, updt, rng)
        self._headers(chunk, position, head, employee, settled, is_open, void, updt, worst, rng)
        self._fund(position, head, employee, settled, is_open, void)
        self._lines(chunk, position, lines, number, settled, is_open, void, employee, rng)
        self._diagnoses(chunk, position, second_dx, is_open, void, rng)
        self._operations(chunk, position, lines, is_open)
        self._prescriptions(chunk, position, rng)
        self._traces(chunk, position, lines, number, is_open, rng)
        self._sales(chunk, lines, is_open)
        self._collect(chunk, position, lines, number, head, is_open)
        self._reversals(chunk, position, lines, number, head, employee, settled, is_open | void, rng)
        self.settlements += int((~is_open).sum())

    def _doctor(self, doctor: np.ndarray) -> np.ndarray:
        """Position in the list of doctor codes; the last one is the unknown doctor, -1 nobody."""
        return np.where(doctor == -2, len(self.doctors) - 1, doctor)

    def _has_department(self, chunk: v.Visits) -> np.ndarray:
        return self.plan.city.places.sort[chunk.place] != SORT["pharmacy"]

    def _visits(self, chunk, position, is_open, void, updt, rng):  # type: ignore[no-untyped-def]
        size = len(chunk)
        stay = v.STAYS[chunk.kind]
        department = self.plan.diseases.department[chunk.disease]
        department = np.where(self._has_department(chunk), department, -1)
        dept = coded(department, self.departments)
        dept_name = coded(department, self.department_names)
        flags = chunk.flags
        way = np.select([flags & v.DIED > 0, flags & v.TRANSFER > 0], [4, 1], 0)
        way = np.where((way == 0) & (rng.random(size) < 0.03), 3, way)
        gone = stay & ~is_open
        linked = chunk.link >= 0
        before = np.where(linked, self.position_of[np.maximum(chunk.link, 0)], -1)
        doctor = self._doctor(chunk.doctor)
        bed = np.where(
            stay, 1 + (chunk.key * 31) % np.maximum(self.plan.city.places.beds[chunk.place], 1), -1
        )
        columns = {
            "mdtrt_id": numbers(MDTRT + position),
            "psn_no": numbers(PERSON + chunk.person.astype(np.int64)),
            "fixmedins_code": coded(chunk.place, self.places),
            "med_type": coded(chunk.kind, self.med_types),
            "begntime": times(chunk.begin),
            "endtime": times(chunk.end, is_open),
            "inhosp_stas": coded(np.where(stay, is_open.astype(int), -1), pa.array(["0", "1"])),
            "ipt_otp_no": numbers(10_000_000 + position),
            "medrcdno": numbers(20_000_000 + chunk.person.astype(np.int64)),
            "adm_dept_codg": dept,
            "adm_dept_name": dept_name,
            "adm_bed": numbers(bed, "", bed < 0),
            "dscg_dept_codg": coded(np.where(gone, department, -1), self.departments),
            "dscg_dept_name": coded(np.where(gone, department, -1), self.department_names),
            "dscg_way": coded(np.where(gone, way, -1), pa.array(["1", "2", "3", "4", "5"])),
            "dscg_maindiag_code": coded(np.where(gone, chunk.disease, -1), self.plan.diseases.code),
            "chfpdr_code": coded(doctor, self.doctors),
            "chfpdr_name": coded(doctor, self.doctor_names),
            "refl_old_mdtrt_id": numbers(MDTRT + before, "", before < 0),
            "nwb_flag": coded((flags & v.NEWBORN > 0).astype(int), pa.array(["0", "1"])),
            "vali_flag": coded(1 - void.astype(int), pa.array(["0", "1"])),
            "updt_time": times(updt),
        }
        self.landing.write("mdtrt_d", columns)
        # A few were corrected: an older version with another ward doctor lands too.
        old = np.flatnonzero((rng.random(size) < 0.0005) & ~is_open)
        if len(old):
            older = {name: array.take(pa.array(old)) for name, array in columns.items()}
            older["dscg_way"] = pa.nulls(len(old), pa.string())
            older["updt_time"] = times(updt[old] - 86_400)
            self.landing.write("mdtrt_d", older)

    def _headers(
        self,
        chunk,
        position,
        head,
        employee,
        settled,
        is_open,
        void,
        updt,
        worst,
        rng,
        sign=1,
        keep=None,
        fields=None,
    ):  # type: ignore[no-untyped-def]
        size = len(chunk)
        stay = v.STAYS[chunk.kind]
        money = lambda name: decimals(head[name], _MONEY)  # noqa: E731
        by_kind = self.dise_kind[chunk.kind]
        dise = np.where(
            by_kind >= 0, by_kind, np.where(chunk.kind == v.KIND["chronic"], self.dise_no[chunk.disease], -1)
        )
        drg = np.where(stay & (chunk.kind != v.KIND["psychiatric"]), chunk.disease * 3 + worst, -1)
        method = np.where(stay, np.where(chunk.kind == v.KIND["psychiatric"], 1, 0), 2)
        terminal = np.where(chunk.terminal >= 0, chunk.terminal, position % 4)
        certificate = np.where(chunk.flags & v.AGENT > 0, 2, np.where(position % 10 < 6, 0, 2))
        people = self.plan.city.people
        home = np.where(people.away[chunk.person], 6, people.community[chunk.person] % 6)
        columns = {
            "setl_id": numbers(SETL + position),
            "mdtrt_id": numbers(MDTRT + position),
            "psn_no": numbers(PERSON + chunk.person.astype(np.int64)),
            "fixmedins_code": coded(chunk.place, self.places),
            "insutype": coded(employee.astype(int), pa.array(["390", "310"])),
            "med_type": coded(chunk.kind, self.med_types),
            "begndate": days(chunk.begin // DAY),
            "enddate": days(np.where(stay, chunk.end, chunk.begin) // DAY),
            "setl_time": times(settled),
            "medfee_sumamt": money("det"),
            "fulamt_ownpay_amt": money("own"),
            "overlmt_selfpay": money("over"),
            "preselfpay_amt": money("before"),
            "inscp_amt": money("scope"),
            "fund_pay_sumamt": money("fund"),
            **{f"{part}_pay": money(part) for part in PARTS},
            "psn_pay": money("person"),
            "acct_pay": money("account"),
            "cash_payamt": money("cash"),
            "acct_mulaid_pay": money("shared"),
            "ownpay_hosp_part": money("hospital"),
            "act_pay_dedc": money("deductible"),
            "refd_setl_flag": constant("0", size),
            "mid_setl_flag": coded((chunk.kind == v.KIND["psychiatric"]).astype(int), pa.array(["0", "1"])),
            "setl_type": coded((chunk.flags & v.MANUAL > 0).astype(int), pa.array(["2", "1"])),
            "manl_reim_rea": coded(np.where(chunk.flags & v.MANUAL > 0, 0, -1), pa.array(["03"])),
            "mdtrt_cert_type": coded(certificate, pa.array(["01", "02", "03"])),
            "insu_admdvs": coded(home, pa.array([str(ADMDVS + n) for n in range(1, 7)] + ["980200"])),
            "fix_blng_admdvs": coded(chunk.place, self.place_admdvs),
            "dise_no": coded(dise, self.dise_nos),
            "drg_codg": coded(drg, self.drg),
            "hi_paymtd": coded(method, pa.array(["4", "5", "1"])),
            "dev_no": numbers(chunk.place.astype(np.int64) * 10 + terminal + 100_000, "T"),
            "invono": numbers(3_000_000_000 + position),
            "vali_flag": coded(1 - void.astype(int), pa.array(["0", "1"])),
            "updt_time": times(updt),
        }
        keep = np.flatnonzero(~is_open) if keep is None else keep
        columns.update(fields or {})
        columns = {name: array.take(pa.array(keep)) for name, array in columns.items()}
        self.landing.write("setl_d", columns)
        old = np.flatnonzero(rng.random(len(keep)) < 0.0005) if fields is None else []
        if len(old):
            older = {name: array.take(pa.array(old)) for name, array in columns.items()}
            older["invono"] = pa.nulls(len(old), pa.string())
            older["updt_time"] = times(updt[keep[old]] - 3_600)
            self.landing.write("setl_d", older)

    def _fund(self, position, head, employee, settled, is_open, void, ids=None):  # type: ignore[no-untyped-def]
        ids = SETL + position if ids is None else ids
        kinds = pa.array(["310100", "390100", "390200", "330100", "610100", "310200", "999996"])
        parts = (
            ("hifp", np.where(employee, 0, 1)),
            ("hifmi", 2),
            ("hifob", 3),
            ("maf", 4),
            ("account", 5),
            ("hospital", 6),
        )
        for name, kind in parts:
            rows = np.flatnonzero((head[name] != 0) & ~is_open)
            self.landing.write(
                "setl_fund_d",
                {
                    "setl_id": numbers(ids[rows]),
                    "fund_pay_type": coded(np.broadcast_to(kind, (len(position),))[rows], kinds),
                    "fund_payamt": decimals(head[name][rows], _MONEY),
                    "vali_flag": coded(1 - void[rows].astype(int), pa.array(["0", "1"])),
                    "updt_time": times(settled[rows] + 5),
                },
            )

    def _lines(
        self,
        chunk,
        position,
        lines,
        number,
        settled,
        is_open,
        void,
        employee,
        rng,
        sign=1,
        ids=None,
        original=None,
    ):  # type: ignore[no-untyped-def]
        catalogue, visit, item = self.plan.catalogue, lines.visit, lines.item
        size = len(lines)
        place = chunk.place[visit]
        has = self._has_department(chunk)[visit]
        department = np.where(has, self.plan.diseases.department[chunk.disease[visit]], -1)
        doctor = self._doctor(lines.doctor)
        ids = SETL + position if ids is None else ids
        drug = catalogue.is_drug[item]
        taken = np.where(lines.days > 0, lines.days, 0)
        service = lines.minutes > 0
        late = rng.random(size) < 0.01
        uploaded = lines.time + np.where(late, rng.integers(1, 20, size) * DAY, rng.integers(30, 7_200, size))
        mapped = np.where(lines.mapped >= 0, lines.mapped, item)
        money = lambda name: decimals(lines.columns[name] * sign, _MONEY)  # noqa: E731
        prop = np.where(lines.own_pay, 10_000, catalogue.prop[item])
        columns = {
            "bkkp_sn": numbers(number),
            "setl_id": numbers(ids[visit], "", is_open[visit]),
            "mdtrt_id": numbers(MDTRT + position[visit]),
            "psn_no": numbers(PERSON + chunk.person[visit].astype(np.int64)),
            "fixmedins_code": coded(place, self.places),
            "med_type": coded(chunk.kind[visit], self.med_types),
            "fee_ocur_time": times(lines.time),
            "hilist_code": coded(item, catalogue.code),
            "hilist_name": coded(item, catalogue.name),
            "list_type": coded(catalogue.list_type[item], pa.array(catalogue.list_types)),
            "med_chrgitm_type": coded(catalogue.charge[item], pa.array(catalogue.charges)),
            "cnt": decimals(lines.cnt * sign, _QUANTITY),
            "pric": decimals(lines.price * 10_000, _PRICE),
            "det_item_fee_sumamt": money("det"),
            "pric_uplmt_amt": decimals(catalogue.cap[item] * 10_000, _PRICE, catalogue.cap[item] < 0),
            "selfpay_prop": decimals(prop, _RATIO),
            "fulamt_ownpay_amt": money("own"),
            "overlmt_selfpay": money("over"),
            "preselfpay_amt": money("before"),
            "inscp_amt": money("scope"),
            "chrgitm_lv": coded(np.where(lines.own_pay, 2, catalogue.lv[item]), pa.array(catalogue.lvs)),
            "rx_drord_no": numbers(RX + position[visit], "", ~drug),
            "medins_list_codg": numbers(place.astype(np.int64) * 100_000 + mapped, "L"),
            "medins_list_name": coded(mapped, catalogue.name),
            "bilg_dr_code": coded(doctor, self.doctors),
            "bilg_dr_name": coded(doctor, self.doctor_names),
            "bilg_dept_codg": coded(department, self.departments),
            "bilg_dept_name": coded(department, self.department_names),
            "acord_dr_code": coded(np.where(service, doctor, -1), self.doctors),
            "acord_dept_codg": coded(np.where(service, department, -1), self.departments),
            "prd_days": decimals(taken * 10_000, _QUANTITY, ~drug),
            "used_frqu_dscr": coded(np.where(drug, item % 3, -1), pa.array(["qd", "bid", "tid"])),
            "serv_begntime": times(lines.time, ~service),
            "serv_endtime": times(
                lines.time + lines.minutes * 60 * np.maximum(lines.cnt // 10_000, 1), ~service
            ),
            "crte_time": times(uploaded),
            "vali_flag": coded(1 - void[visit].astype(int), pa.array(["0", "1"])),
            "updt_time": times(uploaded),
        }
        if original is not None:
            columns["init_feedetl_sn"] = numbers(original)
        self.landing.write("fee_list_d", columns)

    # Diagnoses, operations, prescriptions --------------------------------------------------------

    def _second_diagnoses(self, chunk, rng):  # type: ignore[no-untyped-def]
        """Up to three more diagnoses a stay (positions, -1 none) and the worst: 0 MCC, 1 CC, 2 none."""
        size = len(chunk)
        stay = v.STAYS[chunk.kind] & (chunk.flags & v.NEWBORN == 0)
        old = self.plan.city.people.age[chunk.person] >= 40
        plain = rng.integers(0, len(_PLAIN), size)
        first = np.where(stay & old & (rng.random(size) < 0.6), plain, -1)
        draw = rng.random(size)
        base = np.where(chunk.flags & v.UPCODED > 0, 3.5, 1.0)
        cc = stay & old & (draw < 0.16 * base)
        mcc = stay & old & (draw > 1 - 0.05 * base)
        second = np.where(cc, len(_PLAIN) + rng.integers(0, len(_CC), size), -1)
        third = np.where(mcc, len(_PLAIN) + len(_CC) + rng.integers(0, len(_MCC), size), -1)
        return (first, second, third), np.where(mcc, 0, np.where(cc, 1, 2))

    def _diagnoses(self, chunk, position, second, is_open, void, rng):  # type: ignore[no-untyped-def]
        has = np.flatnonzero(self._has_department(chunk))
        codes = pa.array(self.plan.diseases.code.to_pylist() + _SECOND)
        names = pa.array(self.plan.diseases.name.to_pylist() + _SECOND_NAMES)
        known = len(self.plan.diseases.code)
        for order, index in enumerate((chunk.disease.astype(np.int64), *second)):
            rows = has if order == 0 else np.flatnonzero(index >= 0)
            value = index[rows] + (known if order else 0)
            self.landing.write(
                "setl_list_diag_d",
                {
                    "diag_info_id": numbers((MDTRT + position[rows]), f"D{order + 1}"),
                    "mdtrt_id": numbers(MDTRT + position[rows]),
                    "psn_no": numbers(PERSON + chunk.person[rows].astype(np.int64)),
                    "diag_code": coded(value, codes),
                    "maindiag_flag": constant("0" if order else "1", len(rows)),
                    "setl_id": numbers(SETL + position[rows], "", is_open[rows]),
                    "diag_name": coded(value, names),
                    "diag_srt_no": pa.array(np.full(len(rows), order + 1, dtype=np.int64)),
                    "inout_diag_type": constant("2", len(rows)),
                    "vali_flag": coded(1 - void[rows].astype(int), pa.array(["0", "1"])),
                },
            )

    def _operations(self, chunk, position, lines, is_open):  # type: ignore[no-untyped-def]
        rows = np.flatnonzero(np.isin(lines.item, self.surgery))
        visit = lines.visit[rows]
        doctor = self._doctor(lines.doctor[rows])
        self.landing.write(
            "setl_list_oprn_d",
            {
                "setl_list_oprn_id": numbers(np.arange(len(rows)) + MDTRT + self.next_line * 1_000, "O"),
                "mdtrt_id": numbers(MDTRT + position[visit]),
                "psn_no": numbers(PERSON + chunk.person[visit].astype(np.int64)),
                "oprn_oprt_code": coded(
                    np.searchsorted(np.sort(self.surgery), lines.item[rows]), pa.array(_OPERATIONS)
                ),
                "main_oprn_flag": constant("1", len(rows)),
                "setl_id": numbers(SETL + position[visit], "", is_open[visit]),
                "oprn_oprt_name": coded(lines.item[rows], self.plan.catalogue.name),
                "oprn_oprt_begntime": times(lines.time[rows]),
                "oprn_oprt_endtime": times(lines.time[rows] + 5_400),
                "oper_dr_code": coded(doctor, self.doctors),
                "anst_way": constant("01", len(rows)),
            },
        )

    def _prescriptions(self, chunk, position, rng):  # type: ignore[no-untyped-def]
        """A third of the purchases rest on an electronic prescription of a doctor near by."""
        bought = chunk.kind == v.KIND["pharmacy"]
        rows = np.flatnonzero(bought & ((rng.random(len(chunk)) < 0.33) | (chunk.doctor >= 0)))
        city = self.plan.city
        community = city.people.community[chunk.person[rows]]
        hospital = city.near["primary"][community, 0]
        family = city.doctor(
            hospital, np.zeros(len(rows), dtype=np.int64), rng.integers(0, 1 << 20, len(rows))
        )
        doctor = np.where(chunk.doctor[rows] >= 0, chunk.doctor[rows], family)
        planted = chunk.doctor[rows] >= 0
        wait = np.where(planted, rng.integers(20, 90, len(rows)), rng.integers(1_200, 2 * DAY, len(rows)))
        written = chunk.begin[rows] - wait
        self.landing.write(
            "rx_d",
            {
                "hi_rxno": numbers(RX + position[rows], "HI"),
                "psn_no": numbers(PERSON + chunk.person[rows].astype(np.int64)),
                "fixmedins_code": coded(city.doctors.place[doctor], self.places),
                "prsc_time": times(written),
                "prsc_dr_code": coded(doctor, self.doctors),
                "rx_stas": constant("1", len(rows)),
                "valid_end_time": times(written + 3 * DAY),
                "rxno": numbers(RX + position[rows]),
                "rx_type_code": constant("1", len(rows)),
            },
        )

    # Trace codes and sales -----------------------------------------------------------------------

    def _traces(self, chunk, position, lines, number, is_open, rng):  # type: ignore[no-untyped-def]
        catalogue = self.plan.catalogue
        units = lines.cnt // 10_000
        kind = chunk.kind[lines.visit]
        scanned = catalogue.is_drug[lines.item] & ~v.STAYS[kind] & (units > 0) & (units <= 12)
        scanned &= (rng.random(len(lines)) < 0.93) | (lines.trace >= 0)
        rows = np.flatnonzero(scanned)
        each = units[rows]
        line = np.repeat(rows, each)
        order = runs(each)
        serial = self.next_trace + np.arange(len(line), dtype=np.int64)
        self.next_trace += len(line)
        given = (lines.trace[line] >= 0) & (order == 0)
        serial = np.where(given, PLANTED_TRACE + np.maximum(lines.trace[line], 0), serial)
        visit = lines.visit[line]
        columns = {
            "drug_trac_codg": numbers(TRACE + serial, "81"),
            "hilist_code": coded(lines.item[line], catalogue.code),
            "fixmedins_code": coded(chunk.place[visit], self.places),
            "event": constant("sell", len(line)),
            "event_time": times(lines.time[line]),
            "psn_no": numbers(PERSON + chunk.person[visit].astype(np.int64)),
            "setl_id": numbers(SETL + position[visit], "", is_open[visit]),
            "bkkp_sn": numbers(number[line]),
            "trdn_flag": coded(lines.split[line].astype(int), pa.array(["0", "1"])),
        }
        self.landing.write("drug_trac_d", columns)
        back = np.flatnonzero(chunk.flags[visit] & v.REFUND > 0)
        if len(back):
            returned = {name: array.take(pa.array(back)) for name, array in columns.items()}
            returned["event"] = constant("return", len(back))
            returned["event_time"] = times(lines.time[line][back] + 300)
            self.landing.write("drug_trac_d", returned)

    def _sales(self, chunk, lines, is_open):  # type: ignore[no-untyped-def]
        catalogue = self.plan.catalogue
        rows = np.flatnonzero(catalogue.is_drug[lines.item])
        place = chunk.place[lines.visit[rows]].astype(np.int64)
        month = (lines.time[rows] // DAY).astype("datetime64[D]").astype("datetime64[M]").astype(int)
        width = len(catalogue.codes)
        total = len(self.places) * width
        for number in np.unique(month):
            here = month == number
            sum_ = np.bincount(
                place[here] * width + lines.item[rows][here], lines.cnt[rows][here] / 10_000, total
            )
            self.sold[int(number)] = self.sold.get(int(number), 0) + sum_

    # Truth events --------------------------------------------------------------------------------

    def _collect(self, chunk, position, lines, number, head, is_open):  # type: ignore[no-untyped-def]
        whole = np.flatnonzero((chunk.tag >= 0) & (chunk.flags & v.WHOLE > 0) & ~is_open)
        self.events.append(
            {
                "tag": chunk.tag[whole].astype(np.int64),
                "setl": SETL + position[whole],
                "line": np.full(len(whole), -1),
                "amount": head["scope"][whole],
                "fund": head["fund"][whole],
                "begin": chunk.begin[whole],
                "end": chunk.end[whole],
            }
        )
        rows = np.flatnonzero(lines.event & ~is_open[lines.visit])
        visit = lines.visit[rows]
        share = head["fund"][visit] / np.maximum(head["scope"][visit], 1)
        scope = lines.scope[rows]
        self.events.append(
            {
                "tag": lines.tag[rows],
                "setl": SETL + position[visit],
                "line": number[rows],
                "amount": scope,
                "fund": np.round(scope * share).astype(np.int64),
                "begin": lines.time[rows],
                "end": lines.time[rows],
            }
        )
        close = np.flatnonzero((chunk.tag >= 0) & (chunk.flags & v.NEAR > 0) & ~is_open)
        rows = np.flatnonzero(lines.near & ~is_open[lines.visit])
        self.near.append(
            {
                "tag": np.concatenate([chunk.tag[close].astype(np.int64), lines.tag[rows]]),
                "setl": SETL + np.concatenate([position[close], position[lines.visit[rows]]]),
                "line": np.concatenate([np.full(len(close), -1), number[rows]]),
            }
        )

    # Reversals -----------------------------------------------------------------------------------

    def _reversals(self, chunk, position, lines, number, head, employee, settled, never, rng):  # type: ignore[no-untyped-def]
        """Whole settlements given back: most the same day, some days later (a late or cross-day refund)."""
        size = len(chunk)
        asked = chunk.flags & v.REFUND > 0
        plain = (rng.random(size) < 0.005) & (chunk.tag < 0)
        chosen = (asked | plain) & ~never
        wait = np.where(
            asked | (rng.random(size) < 0.6),
            rng.integers(120, 540, size),
            rng.integers(1, 15, size) * DAY + 3_600,
        )
        back = settled + wait
        chosen &= back < (self.plan.calendar.last + 1) * DAY
        rows = np.flatnonzero(chosen)
        if not len(rows):
            return
        sub = chunk.take(rows)
        spot = np.full(size, -1)
        spot[rows] = np.arange(len(rows))
        part = lines.take(np.flatnonzero(spot[lines.visit] >= 0))
        original = number[spot[lines.visit] >= 0]
        part.columns["visit"] = spot[part.visit]
        minus = {name: -value[rows] for name, value in head.items()}
        where = position[rows]
        none = np.zeros(len(rows), dtype=bool)
        fields = {
            "setl_id": numbers(REVERSAL + where),
            "init_setl_id": numbers(SETL + where),
            "refd_setl_flag": constant("1", len(rows)),
        }
        self._headers(
            sub,
            where,
            minus,
            employee[rows],
            back[rows],
            none,
            none,
            back[rows] + 5,
            np.full(len(rows), 2),
            rng,
            keep=np.arange(len(rows)),
            fields=fields,
        )
        self._fund(where, minus, employee[rows], back[rows], none, none, ids=REVERSAL + where)
        fresh = LINE + self.next_line + np.arange(len(part))
        self.next_line += len(part)
        self._lines(
            sub,
            where,
            part,
            fresh,
            back[rows],
            none,
            none,
            employee[rows],
            rng,
            sign=-1,
            ids=REVERSAL + where,
            original=original,
        )
