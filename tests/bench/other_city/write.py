"""The landing tables of the contract and the truth beside them, from a priced city."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from tests.bench.other_city import columns as col
from tests.bench.other_city.book import DAY
from tests.bench.other_city.catalogue import CHRONIC, INDEX, ITEMS
from tests.bench.other_city.city import DEPT_CODES, City
from tests.bench.other_city.people import AWAY, DISTRICTS
from tests.bench.other_city.places import DEPARTMENTS, KINDS, codes
from tests.bench.other_city.pricing import Priced

OPERATIONS = {"appendectomy": ("47.0900", "阑尾切除术"), "hernia": ("53.0000", "单侧腹股沟疝修补术"), "bladder_gall": ("51.2300", "腹腔镜下胆囊切除术"), "fracture": ("79.3200", "桡骨骨折切开复位内固定术"), "stent_op": ("36.0700", "冠状动脉药物涂层支架置入术"), "cataract": ("13.4100", "白内障晶状体超声乳化和抽吸"), "birth": ("73.5900", "手法助产"), "caesarean": ("74.1x00", "子宫下段横切口剖宫产术"), "hysteroscopy": ("68.1200", "宫腔镜检查")}  # fmt: skip
SPECIAL = {
    "mental": "精神",
    "eye": "眼科",
    "rehab": "康复",
    "dialysis": "血液透析",
    "mother": "妇幼",
    "dental": "口腔",
    "tcm": "中医",
    "hospice": "安宁疗护",
}
NAMES = {
    "tertiary": "市人民医院",
    "county": "县人民医院",
    "tcm": "县中医院",
    "mother": "妇幼保健院",
    "mental": "精神病医院",
    "eye": "眼科医院",
    "rehab": "康复医院",
    "dialysis": "血液透析中心",
    "private": "民营医院",
    "township": "乡镇卫生院",
    "station": "社区卫生服务站",
    "village": "村卫生室",
    "clinic": "诊所",
    "dental": "口腔诊所",
    "hospice": "安宁疗护中心",
    "methadone": "药物维持治疗门诊",
    "pharmacy": "大药房",
    "away": "外地医院",
}
GHOSTS = 60
BY_HAND = (
    "acupuncture",
    "electro_needle",
    "massage",
    "moxibustion",
    "cupping",
    "joint_release",
    "walking",
    "balance",
    "talk_therapy",
    "ultrasound",
    "x_ray",
    "gastroscopy",
    "tooth_filling",
    "tooth_root",
    "debridement",
    "cataract",
    "appendectomy",
    "hernia",
    "bladder_gall",
    "fracture",
    "stent_op",
    "birth",
    "caesarean",
    "hysteroscopy",
)


def save(folder: Path, name: str, table: dict) -> None:
    """One table as one Parquet file."""
    pq.write_table(pa.table(table), folder / f"{name}.parquet")


def doctor_codes(city: City) -> list[str]:
    """Codes of the doctors of the register, then of some who are in none."""
    places = city.places
    own = [
        f"D{DISTRICTS[max(0, places.district[at])]}{number + 1:06d}"
        for number, at in enumerate(places.doctor_place)
    ]
    return own + [f"D{DISTRICTS[number % 4]}{900000 + number:06d}" for number in range(GHOSTS)]


def person_text(values: np.ndarray) -> pa.Array:
    """Personal numbers as text."""
    return col.number("3417", np.asarray(values) * 13 + 20000017, 10)


def registers(city: City, folder: Path) -> None:
    """Persons, enrolment, institutions, doctors, catalogue."""
    people, places, rng = city.people, city.places, np.random.default_rng(city.rng.integers(2**31))
    n = people.count
    born = city.days * DAY - (people.age * 365.25 * DAY).astype(np.int64)
    area = [DISTRICTS[number] for number in range(4)]
    dead = people.death_day < city.days + 5
    born_text = pc.strftime(col.day(city.first, born), "%Y%m%d")
    certificate = pc.binary_join_element_wise(
        col.choice(area, people.district), born_text, col.number("", np.arange(n) % 1000, 3), "X", ""
    )
    save(folder, "psn_info_b", {
        "psn_no": person_text(np.arange(n)), "gend": col.choice(["1", "2"], people.sex_written - 1), "brdy": col.day(city.first, born),
        "surv_stas": col.choice(["1", "2"], dead.astype(int)), "death_date": col.day(city.first, people.death_day * DAY, ~dead),
        "psn_name": col.number("姓名", np.arange(n), 6), "certno": certificate, "tel": col.number("138", people.phone, 8, people.age < 10),
        "resd_addr": col.number("第", people.house, 6), "resd_admdvs": col.choice(area, people.district),
        "household_no": col.number("F", people.household, 8), "psn_idet_type": col.choice(["1101"], np.where(people.aided, 0, -1)),
    })  # fmt: skip
    kind = np.where(
        people.employed,
        np.where(people.retired, 1, 0),
        np.where(people.age < 18, 2, np.where(people.age < 60, 3, 4)),
    )
    start = -DAY * rng.integers(400, 4000, n)
    twice = np.array(city.twice_insured, int)
    both = np.concatenate([np.arange(n), twice])
    extra = np.arange(len(both)) >= n
    save(folder, "psn_insu_d", {
        "psn_no": person_text(both), "insutype": col.choice(["310", "390"], np.where(extra, people.employed[both], ~people.employed[both]).astype(int)),
        "psn_insu_stas": pa.array(["1"] * len(both)), "psn_insu_date": col.day(city.first, start[both] + 86400 * extra),
        "paus_insu_date": pa.nulls(len(both), pa.date32()), "insu_admdvs": col.choice(area, np.where(extra, (people.district[both] + 1) % 4, people.district[both])),
        "psn_type": col.choice(["11", "12", "14", "15", "16"], kind[both]), "emp_no": col.number("E", np.maximum(people.employer[both], 0), 6, (people.employer[both] < 0) | extra),
    })  # fmt: skip
    code = codes(places)
    is_shop = places.kind == "pharmacy"
    owner = city.owner
    where = {"addr": [f"{NAMES[kind]}路{number % 90 + 1}号" for number, kind in enumerate(places.kind)]}
    save(folder, "fixmedins_b", {
        "fixmedins_code": code, "fixmedins_name": [f"{DISTRICTS[max(0, a)]}{NAMES[k]}{i}" if not c else f"{'安康百益仁和同春'[c]}连锁{NAMES[k]}{i}店" for i, (k, a, c) in enumerate(zip(places.kind, places.district, places.chain, strict=True))],
        "fixmedins_type": np.where(is_shop, "2", "1").tolist(), "hosp_lv": [None if k == "pharmacy" else KINDS[k][0] for k in places.kind],
        "fix_blng_admdvs": [one[1:7] for one in code], "uscc": [f"91{one[1:7]}MA{number:08d}" for number, one in zip(owner, code, strict=True)],
        "medins_type": [KINDS[k][1] for k in places.kind], "medins_spec": [SPECIAL.get(k) for k in places.kind],
        "up_fixmedins_code": [f"P{DISTRICTS[0]}{90000 + c}" if c else None for c in places.chain],
        "medcmty_code": [f"YGT{DISTRICTS[max(0, a)]}" if k in ("county", "township", "village") else None for k, a in zip(places.kind, places.district, strict=True)],
        "aprv_bed_cnt": pa.array([KINDS[k][4] or None for k in places.kind], pa.int64()), "begndate": col.day(city.first, -DAY * rng.integers(700, 4000, places.count)),
        "legrep_name": [f"法人{number}" for number in owner], "addr": where["addr"],
        "lng": np.round(117.2 + 0.12 * (places.town % 5) + rng.normal(0, 0.02, places.count), 6), "lat": np.round(30.4 + 0.1 * (places.town // 5) + rng.normal(0, 0.02, places.count), 6),
    })  # fmt: skip
    staff, at = doctor_codes(city), places.doctor_place
    save(folder, "medins_dr_b", {
        "prac_psn_code": staff[: len(at)], "fixmedins_code": [code[place] for place in at], "prac_psn_name": [f"医师{number}" for number in range(len(at))],
        "prac_psn_type": ["4" if places.kind[place] == "pharmacy" else "1" for place in at], "caty": places.doctor_dept.tolist(),
        "pro_tech_duty": np.array(["231", "232", "233", "234"])[rng.integers(0, 4, len(at))].tolist(), "begndate": col.day(city.first, -DAY * rng.integers(500, 3000, len(at))),
    })  # fmt: skip
    save(folder, "hilist_b", {
        "hilist_code": [item.code for item in ITEMS], "hilist_name": [item.name for item in ITEMS], "list_type": [item.list_type for item in ITEMS],
        "begndate": col.day(city.first, np.full(len(ITEMS), -900 * DAY)), "chrgitm_lv": [item.grade for item in ITEMS],
        "pric_uplmt_amt": pa.array([item.cap or None for item in ITEMS], pa.float64()),
        "unit": ["盒" if item.days else "次" for item in ITEMS],
    })  # fmt: skip


def transactions(city: City, priced: Priced, folder: Path) -> dict[str, pa.Array]:
    """Visits, settlements with their parts, lines, diagnoses, operations; returns the id columns the truth needs."""
    visits, settles = priced.visits, priced.settles
    first, code, staff = city.first, codes(city.places), doctor_codes(city)
    place_text, staff_text = pa.array(code), pa.array(staff)
    area = [DISTRICTS[number] for number in range(4)]
    void = np.asarray(visits["void"]).astype(bool)
    kind_text = {11: "11", 13: "13", 14: "14", 21: "21", 28: "28", 41: "41", 52: "52", 27: "27"}
    kinds = list(kind_text)
    kind = np.searchsorted(sorted(kinds), visits["kind"])
    kind_words = [kind_text[value] for value in sorted(kinds)]
    shop = visits["kind"] == 41
    stay = np.isin(visits["kind"], [21, 52, 28])
    opened = visits["open"]
    begins = visits["begin"] < city.days * DAY
    dx_codes = [row[0] for row in city.book.dx_codes]
    dept_codes, dept_names = DEPT_CODES, [DEPARTMENTS[one] for one in DEPT_CODES]
    rows = np.flatnonzero(begins)
    pick = {name: column[rows] for name, column in visits.items()}
    save(folder, "mdtrt_d", {
        "mdtrt_id": col.number("M", rows), "psn_no": person_text(pick["person"]), "fixmedins_code": place_text.take(pa.array(pick["place"])),
        "med_type": col.choice(kind_words, kind[rows]), "begntime": col.time(first, pick["begin"]), "endtime": col.time(first, pick["end"], opened[rows]),
        "inhosp_stas": col.choice(["0", "1"], opened[rows].astype(int)), "ipt_otp_no": col.number("Z", rows * 3 + 11, 10), "medrcdno": col.number("B", pick["person"] * 7 + pick["place"], 10, shop[rows]),
        "adm_dept_codg": col.choice(dept_codes, np.where(shop[rows], -1, pick["dept"])), "adm_dept_name": col.choice(dept_names, np.where(shop[rows], -1, pick["dept"])),
        "adm_bed": col.number("", np.maximum(pick["bed"], 0), 3, pick["bed"] < 0), "dscg_dept_codg": col.choice(dept_codes, np.where(stay[rows] & ~opened[rows], pick["dept"], -1)),
        "dscg_dept_name": col.choice(dept_names, np.where(stay[rows] & ~opened[rows], pick["dept"], -1)),
        "dscg_way": col.choice(["1", "2", "3", "4", "5"], np.where(stay[rows] & ~opened[rows], pick["leave"] - 1, -1)), "dscg_maindiag_code": col.choice(dx_codes, np.where(shop[rows], -1, pick["dx"])),
        "chfpdr_code": col.choice(staff, pick["doctor"]), "refl_old_mdtrt_id": col.number("M", np.maximum(pick["referred"], 0), 9, pick["referred"] < 0),
        "nwb_flag": col.choice(["0", "1"], pick["baby"]), "vali_flag": col.choice(["1", "0"], void[rows].astype(int)),
    })  # fmt: skip
    v, sign = settles["visit"], settles["sign"]
    who = visits["person"][v]
    setl_id = col.number("S", np.arange(len(v)))
    work = city.people.employed[who]
    part = {
        name: settles[name] * sign
        for name in (
            "total",
            "own",
            "before",
            "scope",
            "pool",
            "aid",
            "fund",
            "pays",
            "hospital",
            "account",
            "start",
        )
    }
    migrant = city.people.migrant[who]
    money = {
        "medfee_sumamt": "total",
        "fulamt_ownpay_amt": "own",
        "preselfpay_amt": "before",
        "inscp_amt": "scope",
        "fund_pay_sumamt": "fund",
        "hifp_pay": "pool",
        "maf_pay": "aid",
        "psn_pay": "pays",
        "acct_pay": "account",
        "ownpay_hosp_part": "hospital",
        "act_pay_dedc": "start",
    }
    disease = [row[5] for row in CHRONIC.values()]
    save(folder, "setl_d", {
        "setl_id": setl_id, "mdtrt_id": col.number("M", v), "psn_no": person_text(who), "fixmedins_code": place_text.take(pa.array(visits["place"][v])),
        "insutype": col.choice(["310", "390"], (~work).astype(int)), "med_type": col.choice(kind_words, kind[v]), "begndate": col.day(first, visits["begin"][v]),
        "enddate": col.day(first, visits["end"][v]), "setl_time": col.time(first, settles["when"]),
        **{name: col.decimal(part[source], 2) for name, source in money.items()},
        "overlmt_selfpay": col.decimal(np.zeros(len(v)), 2), "cash_payamt": col.decimal(part["pays"] - part["account"], 2), "acct_mulaid_pay": col.decimal(np.zeros(len(v)), 2),
        "refd_setl_flag": col.choice(["0", "1"], (sign < 0).astype(int)), "init_setl_id": col.number("S", np.maximum(settles["source"], 0), 9, settles["source"] < 0),
        "mid_setl_flag": pa.array(["0"] * len(v)), "setl_type": col.choice(["2", "1"], visits["manual"][v]), "manl_reim_rea": col.choice(["03"], visits["manual"][v] - 1),
        "mdtrt_cert_type": col.choice(["01", "02", "03"], visits["card"][v] - 1), "insu_admdvs": col.choice([*area, AWAY[3]], np.where(migrant & (who % 3 == 0), 4, city.people.district[who])),
        "fix_blng_admdvs": pa.array([one[1:7] for one in code]).take(pa.array(visits["place"][v])), "dise_no": col.choice([d or None for d in disease], visits["disease"][v]),
        "hi_paymtd": col.choice(["1", "3", "5"], np.where(np.isin(visits["kind"][v], [21, 52]), np.where(np.isin(city.places.kind[visits["place"][v]], ["mental", "rehab", "hospice"]), 2, 0), 0)),
        "dev_no": col.number("T", visits["place"][v] * 10 + visits["device"][v], 6), "invono": col.number("I", np.arange(len(v)) if "invoice" not in visits else visits["invoice"][v], 9),
        "vali_flag": col.choice(["1", "0"], void[v].astype(int)),
    })  # fmt: skip
    pieces = [
        ("pool", np.where(work, 0, 1)),
        ("aid", np.full(len(v), 2)),
        ("account", np.full(len(v), 3)),
        ("hospital", np.full(len(v), 4)),
    ]
    keep = [np.flatnonzero(part[name] != 0) for name, _ in pieces]
    save(folder, "setl_fund_d", {
        "setl_id": setl_id.take(pa.array(np.concatenate(keep))), "fund_pay_type": col.choice(["310101", "390100", "610100", "310200", "999996"], np.concatenate([w[k] for (_, w), k in zip(pieces, keep, strict=True)])),
        "fund_payamt": col.decimal(np.concatenate([part[name][k] for (name, _), k in zip(pieces, keep, strict=True)]), 2),
        "vali_flag": col.choice(["1", "0"], void[v][np.concatenate(keep)].astype(int)),
    })  # fmt: skip
    bkkp = _fee_lines(city, priced, folder, staff_text, kind, kind_words, void)
    _diagnoses(city, priced, folder, dx_codes)
    return {"setl": setl_id, "bkkp": bkkp}


def _fee_lines(
    city: City,
    priced: Priced,
    folder: Path,
    staff: pa.Array,
    kind: np.ndarray,
    kind_words: list,
    void: np.ndarray,
) -> pa.Array:
    visits, lines, settles = priced.visits, priced.lines, priced.settles
    first, v, item, sign = city.first, lines["visit"], lines["item"], lines["sign"]
    n = len(v)
    bkkp = col.number("F", np.arange(n), 10)
    shop = visits["kind"][v] == 41
    grade = np.array([int(one.grade) for one in ITEMS])[item]
    unknown = (np.arange(n) * 2654435761 % 1000) < 8
    doctor = np.where(unknown | shop, -1, lines["doctor"])
    by_hand = np.isin(item, [INDEX[name] for name in BY_HAND])
    dept = np.where(shop, -1, visits["dept"][v])
    when = np.where(sign < 0, settles["when"][np.maximum(lines["settle"], 0)] - 120, lines["when"])
    drug = np.array([one.list_type == "101" for one in ITEMS])[item]
    part = {name: lines[name] * sign for name in ("total", "own", "before", "scope")}
    place = pa.array(codes(city.places))
    cap = np.array([round(one.cap * 10**6) for one in ITEMS])[item]
    save(folder, "fee_list_d", {
        "bkkp_sn": bkkp, "setl_id": col.number("S", np.maximum(lines["settle"], 0), 9, lines["settle"] < 0), "mdtrt_id": col.number("M", v), "psn_no": person_text(visits["person"][v]),
        "fixmedins_code": place.take(pa.array(visits["place"][v])), "med_type": col.choice(kind_words, kind[v]), "fee_ocur_time": col.time(first, when),
        "hilist_code": col.choice([one.code for one in ITEMS], item), "hilist_name": col.choice([one.name for one in ITEMS], item), "list_type": col.choice([one.list_type for one in ITEMS], item),
        "med_chrgitm_type": col.choice([one.charge_type for one in ITEMS], item), "cnt": col.decimal(np.round(lines["count"] * 10**4) * sign, 4), "pric": col.decimal(np.round(lines["price"] * 10**6), 6),
        "det_item_fee_sumamt": col.decimal(part["total"], 2), "pric_uplmt_amt": pa.array(cap / 10**6, pa.float64(), mask=cap == 0), "selfpay_prop": np.where(grade == 3, 1.0, np.where(grade == 2, 0.1, 0.0)),
        "fulamt_ownpay_amt": col.decimal(part["own"], 2), "overlmt_selfpay": col.decimal(np.zeros(n), 2), "preselfpay_amt": col.decimal(part["before"], 2), "inscp_amt": col.decimal(part["scope"], 2),
        "chrgitm_lv": col.choice([one.grade for one in ITEMS], item), "init_feedetl_sn": col.number("F", np.maximum(lines["source"], 0), 10, lines["source"] < 0),
        "rx_drord_no": col.number("R", np.maximum(lines["script"], 0), 9, lines["script"] < 0), "bilg_dr_code": col.choice(staff.to_pylist(), doctor),
        "bilg_dept_codg": col.choice(DEPT_CODES, dept), "bilg_dept_name": col.choice([DEPARTMENTS[one] for one in DEPT_CODES], dept), "acord_dr_code": col.choice(staff.to_pylist(), np.where(by_hand, doctor, -1)),
        "prd_days": pa.array(lines["days"], pa.int64(), mask=(lines["days"] <= 0) | ~drug), "rx_circ_flag": col.choice(["0", "1"], (shop & (lines["script"] >= 0)).astype(int)),
        "vali_flag": col.choice(["1", "0"], void[v].astype(int)),
    })  # fmt: skip
    return bkkp


def _diagnoses(city: City, priced: Priced, folder: Path, dx_codes: list[str]) -> None:
    visits, lines, settles = priced.visits, priced.lines, priced.settles
    setl_of = np.full(len(visits["person"]), -1)
    plain = np.flatnonzero(settles["sign"] > 0)
    setl_of[settles["visit"][plain]] = plain
    begins = visits["begin"] < city.days * DAY
    main = np.flatnonzero((visits["kind"] != 41) & begins)
    more = np.flatnonzero((visits["dx2"] >= 0) & begins)
    v = np.concatenate([main, more])
    dx = np.concatenate([visits["dx"][main], visits["dx2"][more]])
    leading = np.arange(len(v)) < len(main)
    stay = np.isin(visits["kind"][v], [21, 52, 28])
    save(folder, "setl_list_diag_d", {
        "diag_info_id": col.number("G", np.arange(len(v))), "mdtrt_id": col.number("M", v), "psn_no": person_text(visits["person"][v]), "diag_code": col.choice(dx_codes, dx),
        "maindiag_flag": col.choice(["0", "1"], leading.astype(int)), "setl_id": col.number("S", np.maximum(setl_of[v], 0), 9, setl_of[v] < 0),
        "diag_name": col.choice([row[1] for row in city.book.dx_codes], dx), "diag_srt_no": pa.array(np.where(leading, 1, 2)), "inout_diag_type": col.choice(["1", "2"], stay.astype(int)),
        "adm_cond_type": col.choice(["1"], np.where(stay, 0, -1)),
    })  # fmt: skip
    knife = {INDEX[name]: number for number, name in enumerate(OPERATIONS)}
    rows = np.flatnonzero(
        np.isin(lines["item"], list(knife))
        & (lines["sign"] > 0)
        & np.isin(visits["kind"][lines["visit"]], [21, 52, 28, 11])
    )
    _, firsts = np.unique(lines["visit"][rows], return_index=True)
    rows = rows[firsts]
    which = np.array([knife[int(one)] for one in lines["item"][rows]], np.int64)
    v, when = lines["visit"][rows], lines["when"][rows]
    staff = doctor_codes(city)
    save(folder, "setl_list_oprn_d", {
        "setl_list_oprn_id": col.number("O", rows), "mdtrt_id": col.number("M", v), "psn_no": person_text(visits["person"][v]), "oprn_oprt_code": col.choice([row[0] for row in OPERATIONS.values()], which),
        "main_oprn_flag": pa.array(["1"] * len(rows)), "setl_id": col.number("S", np.maximum(setl_of[v], 0), 9, setl_of[v] < 0), "oprn_oprt_name": col.choice([row[1] for row in OPERATIONS.values()], which),
        "oprn_oprt_begntime": col.time(city.first, when), "oprn_oprt_endtime": col.time(city.first, when + 4200), "oper_dr_code": col.choice(staff, lines["doctor"][rows]),
    })  # fmt: skip
