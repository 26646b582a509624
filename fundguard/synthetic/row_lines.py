"""Line rows: fee_list_d."""

import numpy as np
import pyarrow as pa

from fundguard.synthetic import visits as v
from fundguard.synthetic.columnar import DAY, Array, coded, decimals, numbers, times
from fundguard.synthetic.lines import Lines
from fundguard.synthetic.registers import PERSON
from fundguard.synthetic.rows import MDTRT, RX, SETL, Context

_MONEY, _QUANTITY = pa.decimal128(16, 2), pa.decimal128(16, 4)
_SCRIPT = 1_000_000_000  # apart: the prescriptions of one visit
_PRICE, _RATIO = pa.decimal128(16, 6), pa.decimal128(9, 4)


def fee_lines(
    context: Context,
    chunk: v.Visits,
    position: Array,
    lines: Lines,
    number: Array,
    is_open: Array,
    void: Array,
    rng: np.random.Generator,
    sign: int = 1,
    ids: Array | None = None,
    original: Array | None = None,
) -> None:
    """Writes fee_list_d; sign -1 and `original` (line numbers) make the lines of reversals."""
    catalogue, visit, item = context.plan.catalogue, lines.visit, lines.item
    size = len(lines)
    place = chunk.place[visit]
    has = context.has_department(chunk)[visit]
    department = np.where(has, context.plan.diseases.department[chunk.disease[visit]], -1)
    department = np.where(lines.dept >= 0, lines.dept, department)
    doctor = context.doctor(lines.doctor)
    ids = SETL + position if ids is None else ids
    drug = catalogue.is_drug[item]
    taken = np.where(lines.days > 0, lines.days, 0)
    medicine = drug | context.pieces[item]
    service = (lines.minutes > 0) | (lines.served >= 0)
    starts = lines.time - np.maximum(lines.served, 0)
    ends = lines.time + lines.minutes * 60 * np.maximum(lines.cnt // 10_000, 1)
    late = rng.random(size) < 0.01
    uploaded = lines.time + np.where(late, rng.integers(1, 20, size) * DAY, rng.integers(30, 7_200, size))
    uploaded = np.where(lines.late >= 0, lines.time + lines.late, uploaded)
    mapped = np.where(lines.mapped >= 0, lines.mapped, item)

    def money(name: str) -> pa.Array:
        return decimals(lines.columns[name] * sign, _MONEY)

    prop = np.where(lines.own_pay, 10_000, catalogue.prop[item])
    columns = {
        "bkkp_sn": numbers(number),
        "setl_id": numbers(ids[visit], "", is_open[visit]),
        "mdtrt_id": numbers(MDTRT + position[visit]),
        "psn_no": numbers(PERSON + chunk.person[visit].astype(np.int64)),
        "fixmedins_code": coded(place, context.places),
        "med_type": coded(chunk.kind[visit], context.med_types),
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
        "rx_drord_no": numbers(
            RX + position[visit] + np.maximum(lines.rx, 0) * _SCRIPT, "", ~medicine | (lines.rx < 0)
        ),
        "rx_circ_flag": coded(np.where(lines.rx < 0, 0, -1), pa.array(["0"])),
        "medins_list_codg": numbers(place.astype(np.int64) * 100_000 + mapped, "L"),
        "medins_list_name": coded(mapped, catalogue.name),
        "bilg_dr_code": coded(doctor, context.doctors),
        "bilg_dr_name": coded(doctor, context.doctor_names),
        "bilg_dept_codg": coded(department, context.departments),
        "bilg_dept_name": coded(department, context.department_names),
        "acord_dr_code": coded(np.where(service, doctor, -1), context.doctors),
        "acord_dept_codg": coded(np.where(service, department, -1), context.departments),
        "prd_days": decimals(taken * 10_000, _QUANTITY, ~drug & (taken == 0)),
        "used_frqu_dscr": coded(np.where(drug, item % 3, -1), pa.array(["qd", "bid", "tid"])),
        "serv_begntime": times(starts, ~service),
        "serv_endtime": times(np.where(lines.served >= 0, lines.time, ends), ~service),
        "crte_time": times(uploaded),
        "vali_flag": coded(1 - void[visit].astype(int), pa.array(["0", "1"])),
        "updt_time": times(uploaded),
    }
    if original is not None:
        columns["init_feedetl_sn"] = numbers(original)
    elif (lines.undoes >= 0).any():
        first = np.flatnonzero(lines.serial >= 0)
        at = first[np.argsort(lines.serial[first])]
        taken_back = number[at[np.maximum(lines.undoes, 0)]]
        columns["init_feedetl_sn"] = numbers(taken_back, "", lines.undoes < 0)
    context.landing.write("fee_list_d", columns)
