"""Clinical rows: mdtrt_d, setl_list_diag_d, setl_list_oprn_d, rx_d."""

import numpy as np
import pyarrow as pa

from fundguard.synthetic import visits as v
from fundguard.synthetic.columnar import DAY, Array, coded, constant, numbers, times
from fundguard.synthetic.lines import Lines
from fundguard.synthetic.registers import PERSON
from fundguard.synthetic.rows import MDTRT, RX, SETL, Context
from fundguard.synthetic.side_rows import here

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


def visits(
    context: Context,
    chunk: v.Visits,
    position: Array,
    is_open: Array,
    void: Array,
    updt: Array,
    rng: np.random.Generator,
) -> None:
    """Writes mdtrt_d, and for a few an older version that was corrected."""
    size = len(chunk)
    stay = v.STAYS[chunk.kind]
    department = context.plan.diseases.department[chunk.disease]
    department = np.where(context.has_department(chunk), department, -1)
    dept = coded(department, context.departments)
    dept_name = coded(department, context.department_names)
    flags = chunk.flags
    way = np.select([flags & v.DIED > 0, flags & v.TRANSFER > 0], [4, 1], 0)
    way = np.where((way == 0) & (rng.random(size) < 0.03), 3, way)
    gone = stay & ~is_open
    linked = chunk.link >= 0
    before = np.where(linked, context.position_of[np.maximum(chunk.link, 0)], -1)
    doctor = context.doctor(chunk.doctor)
    bed = np.where(stay, 1 + (chunk.key * 31) % np.maximum(context.plan.city.places.beds[chunk.place], 1), -1)
    columns = {
        "mdtrt_id": numbers(MDTRT + position),
        "psn_no": numbers(PERSON + chunk.person.astype(np.int64)),
        "fixmedins_code": coded(chunk.place, context.places),
        "med_type": coded(chunk.kind, context.med_types),
        "begntime": times(chunk.begin),
        "endtime": times(chunk.end, is_open),
        "inhosp_stas": coded(np.where(stay, is_open.astype(int), -1), pa.array(["0", "1"])),
        "ipt_otp_no": numbers(10_000_000 + position),
        "medrcdno": numbers(20_000_000 + chunk.person.astype(np.int64)),
        "adm_dept_codg": dept,
        "adm_dept_name": dept_name,
        "adm_bed": numbers(bed, "", bed < 0),
        "dscg_dept_codg": coded(np.where(gone, department, -1), context.departments),
        "dscg_dept_name": coded(np.where(gone, department, -1), context.department_names),
        "dscg_way": coded(np.where(gone, way, -1), pa.array(["1", "2", "3", "4", "5"])),
        "dscg_maindiag_code": coded(np.where(gone, chunk.disease, -1), context.plan.diseases.code),
        "chfpdr_code": coded(doctor, context.doctors),
        "chfpdr_name": coded(doctor, context.doctor_names),
        "refl_old_mdtrt_id": numbers(MDTRT + before, "", before < 0),
        "nwb_flag": coded((flags & v.NEWBORN > 0).astype(int), pa.array(["0", "1"])),
        "vali_flag": coded(1 - void.astype(int), pa.array(["0", "1"])),
        "updt_time": times(updt),
    }
    columns = context.plan.side.patched("mdtrt_d", columns, chunk.key)
    context.landing.write("mdtrt_d", columns)
    # A few were corrected: an older version with another ward doctor lands too.
    old = np.flatnonzero((rng.random(size) < 0.0005) & ~is_open)
    if len(old):
        older = {name: array.take(pa.array(old)) for name, array in columns.items()}
        older["dscg_way"] = pa.nulls(len(old), pa.string())
        older["updt_time"] = times(updt[old] - 86_400)
        context.landing.write("mdtrt_d", older)


def second_diagnoses(
    context: Context, chunk: v.Visits, rng: np.random.Generator
) -> tuple[tuple[Array, ...], Array]:
    """Up to three more diagnoses a stay (positions, -1 none) and the worst: 0 MCC, 1 CC, 2 none.

    A bare stay has what its plant gives it: a drawn infection would make a planted line lawful.
    """
    size = len(chunk)
    stay = v.STAYS[chunk.kind] & (chunk.flags & (v.NEWBORN | v.BARE) == 0)
    old = context.plan.city.people.age[chunk.person] >= 40
    plain = rng.integers(0, len(_PLAIN), size)
    first = np.where(stay & old & (rng.random(size) < 0.6), plain, -1)
    draw = rng.random(size)
    base = np.where(chunk.flags & v.UPCODED > 0, 3.5, 1.0)
    cc = stay & old & (draw < 0.16 * base)
    mcc = stay & old & (draw > 1 - 0.05 * base)
    second = np.where(cc, len(_PLAIN) + rng.integers(0, len(_CC), size), -1)
    third = np.where(mcc, len(_PLAIN) + len(_CC) + rng.integers(0, len(_MCC), size), -1)
    return (first, second, third), np.where(mcc, 0, np.where(cc, 1, 2))


def diagnoses(
    context: Context, chunk: v.Visits, position: Array, second: tuple[Array, ...], is_open: Array, void: Array
) -> None:
    """Writes setl_list_diag_d: the main diagnosis, and up to three more of a stay."""
    has = np.flatnonzero(context.has_department(chunk))
    codes = pa.array(context.plan.diseases.code.to_pylist() + _SECOND)
    names = pa.array(context.plan.diseases.name.to_pylist() + _SECOND_NAMES)
    known = len(context.plan.diseases.code)
    for order, index in enumerate((chunk.disease.astype(np.int64), *second)):
        rows = has if order == 0 else np.flatnonzero(index >= 0)
        value = index[rows] + (known if order else 0)
        context.landing.write(
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
    for order, (key, code, name) in enumerate(context.plan.side.diagnoses):
        rows = here(chunk.key, key)[1]
        if len(rows):
            context.landing.write(
                "setl_list_diag_d",
                {
                    "diag_info_id": numbers(MDTRT + position[rows], f"D9{order}"),
                    "mdtrt_id": numbers(MDTRT + position[rows]),
                    "psn_no": numbers(PERSON + chunk.person[rows].astype(np.int64)),
                    "diag_code": constant(code, len(rows)),
                    "maindiag_flag": constant("0", len(rows)),
                    "setl_id": numbers(SETL + position[rows], "", is_open[rows]),
                    "diag_name": constant(name, len(rows)),
                    "diag_srt_no": pa.array(np.full(len(rows), 9, dtype=np.int64)),
                    "inout_diag_type": constant("2", len(rows)),
                    "vali_flag": constant("1", len(rows)),
                },
            )


def operations(context: Context, chunk: v.Visits, position: Array, lines: Lines, is_open: Array) -> None:
    """Writes setl_list_oprn_d from the surgery lines."""
    rows = np.flatnonzero(np.isin(lines.item, context.surgery))
    visit = lines.visit[rows]
    doctor = context.doctor(lines.doctor[rows])
    context.landing.write(
        "setl_list_oprn_d",
        {
            "setl_list_oprn_id": numbers(np.arange(len(rows)) + MDTRT + context.next_line * 1_000, "O"),
            "mdtrt_id": numbers(MDTRT + position[visit]),
            "psn_no": numbers(PERSON + chunk.person[visit].astype(np.int64)),
            "oprn_oprt_code": coded(
                np.searchsorted(np.sort(context.surgery), lines.item[rows]), pa.array(_OPERATIONS)
            ),
            "main_oprn_flag": constant("1", len(rows)),
            "setl_id": numbers(SETL + position[visit], "", is_open[visit]),
            "oprn_oprt_name": coded(lines.item[rows], context.plan.catalogue.name),
            "oprn_oprt_begntime": times(lines.time[rows]),
            "oprn_oprt_endtime": times(lines.time[rows] + 5_400),
            "oper_dr_code": coded(doctor, context.doctors),
            "anst_way": constant("01", len(rows)),
        },
    )
    for order, (key, code, name, after, main) in enumerate(context.plan.side.operations):
        rows = here(chunk.key, key)[1]
        if len(rows):
            context.landing.write(
                "setl_list_oprn_d",
                {
                    "setl_list_oprn_id": numbers(MDTRT + position[rows], f"O9{order}"),
                    "mdtrt_id": numbers(MDTRT + position[rows]),
                    "psn_no": numbers(PERSON + chunk.person[rows].astype(np.int64)),
                    "oprn_oprt_code": constant(code, len(rows)),
                    "main_oprn_flag": constant("1" if main else "0", len(rows)),
                    "setl_id": numbers(SETL + position[rows], "", is_open[rows]),
                    "oprn_oprt_name": constant(name, len(rows)),
                    "oprn_oprt_begntime": times(chunk.begin[rows] + after),
                    "oprn_oprt_endtime": times(chunk.begin[rows] + after + 5_400),
                    "oper_dr_code": coded(context.doctor(chunk.doctor[rows]), context.doctors),
                    "anst_way": constant("01", len(rows)),
                },
            )


def prescriptions(context: Context, chunk: v.Visits, position: Array, rng: np.random.Generator) -> None:
    """A third of the purchases rest on an electronic prescription of a doctor near by."""
    bought = chunk.kind == v.KIND["pharmacy"]
    rows = np.flatnonzero(bought & ((rng.random(len(chunk)) < 0.33) | (chunk.doctor >= 0)))
    city = context.plan.city
    community = city.people.community[chunk.person[rows]]
    hospital = city.near["primary"][community, 0]
    family = city.doctor(hospital, np.zeros(len(rows), dtype=np.int64), rng.integers(0, 1 << 20, len(rows)))
    doctor = np.where(chunk.doctor[rows] >= 0, chunk.doctor[rows], family)
    planted = chunk.doctor[rows] >= 0
    wait = np.where(planted, rng.integers(20, 90, len(rows)), rng.integers(1_200, 2 * DAY, len(rows)))
    written = chunk.begin[rows] - wait
    context.landing.write(
        "rx_d",
        {
            "hi_rxno": numbers(RX + position[rows], "HI"),
            "psn_no": numbers(PERSON + chunk.person[rows].astype(np.int64)),
            "fixmedins_code": coded(city.doctors.place[doctor], context.places),
            "prsc_time": times(written),
            "prsc_dr_code": coded(doctor, context.doctors),
            "rx_stas": constant("1", len(rows)),
            "valid_end_time": times(written + 3 * DAY),
            "rxno": numbers(RX + position[rows]),
            "rx_type_code": constant("1", len(rows)),
        },
    )
