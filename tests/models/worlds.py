"""Small hand-made worlds of landing tables, in the declared shapes, for scores and leads."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa

from core.run import Run
from core.schema import TABLES
from core.settings import load_settings
from pipelines.warehouse import empty

AS_OF = date(2026, 6, 30)


def run_of(**leads):
    """A run of 30 June 2026 with default settings."""
    settings = load_settings(overrides={"leads": leads} if leads else None, environment={})
    return Run(run_id="r1", as_of=AS_OF, settings=settings)


def rows(table, records):
    """Records as Arrow in the declared shape; columns not given are NULL, unknown ones an error."""
    shape = empty(TABLES[table]).schema
    unknown = {name for record in records for name in record} - set(shape.names)
    assert not unknown, unknown
    return pa.Table.from_pylist([{n: r.get(n) for n in shape.names} for r in records], schema=shape)


NEEDED = (
    *("setl_d", "fee_list_d", "mdtrt_d", "fixmedins_b", "medins_dr_b", "psn_info_b"),
    *("drug_inv_d", "setl_list_diag_d", "rx_d", "ltc_serv_d"),
    *("hit", "ring", "ring_member", "score", "pattern_score", "pattern_event"),
)


def register(engine, tables):
    """Registers the landing and result tables that the two jobs read: those given, the others empty."""
    for name in NEEDED:
        engine.register(name, arrow=rows(name, tables.get(name, [])))


def money(value):
    return Decimal(str(round(float(value), 2)))


def city(seed=7, clinics=40, pharmacies=35, doctors=2, persons=400):
    """Clinics and pharmacies with ordinary days; C000 keeps people coming back and over-treats.

    D000, its doctor, bills far over 24 hours a day; P000 settles a card every 20 seconds on five days.
    """
    rng = np.random.default_rng(seed)
    made = {
        name: [] for name in ("fixmedins_b", "medins_dr_b", "psn_info_b", "setl_d", "fee_list_d", "mdtrt_d")
    }
    for n in range(persons):
        made["psn_info_b"].append(
            {"psn_no": f"N{n:04d}", "gend": str(n % 2 + 1), "brdy": date(1940 + n % 60, 1 + n % 12, 1)}
        )
    for n in range(clinics + pharmacies):
        kind, code = ("1", f"C{n:03d}") if n < clinics else ("2", f"P{n - clinics:03d}")
        made["fixmedins_b"].append(
            {
                "fixmedins_code": code,
                "fixmedins_name": f"机构{code}",
                "fixmedins_type": kind,
                "hosp_lv": "08",
                "fix_blng_admdvs": "420100",
                "medins_type": "A1",
            }
        )
        if kind == "1":
            for k in range(doctors):
                made["medins_dr_b"].append(
                    {
                        "prac_psn_code": f"D{n * doctors + k:03d}",
                        "fixmedins_code": code,
                        "prac_psn_name": "医师",
                        "caty": "A01",
                    }
                )
        for visit in range(int(rng.integers(25, 40))):
            day = AS_OF - timedelta(days=int(rng.integers(0, 60)))
            at = datetime.combine(day, time(int(rng.integers(8, 18)), int(rng.integers(0, 60))))
            if code == "P000":
                at = datetime.combine(date(2026, 6, 16 + visit % 5), time(9)) + timedelta(seconds=4 * visit)
            _visit(made, rng, code, kind, n, visit, at, doctors, persons)
    return made


def _visit(made, rng, code, kind, n, visit, at, doctors, persons):
    crooked = code == "C000"
    setl = f"S{code}{visit:03d}"
    person = f"N{int(rng.integers(0, persons)):04d}"
    stay = kind == "1" and rng.random() < 0.3
    fee = float(np.exp(rng.normal(6.0 if stay else 4.5, 0.4))) * (3 if crooked else 1)
    med_type = "21" if stay else "11" if kind == "1" else "41"
    begin = at.date() - timedelta(days=5 if stay else 0)
    made["mdtrt_d"].append(
        {
            "mdtrt_id": f"M{setl}",
            "psn_no": person,
            "fixmedins_code": code,
            "med_type": med_type,
            "begntime": datetime.combine(begin, time(8)),
            "endtime": at,
            "dscg_maindiag_code": "I10",
        }
    )
    made["setl_d"].append(
        {
            "setl_id": setl,
            "mdtrt_id": f"M{setl}",
            "psn_no": person,
            "fixmedins_code": code,
            "insutype": "310",
            "med_type": med_type,
            "begndate": begin,
            "enddate": at.date(),
            "setl_time": at,
            "medfee_sumamt": money(fee),
            "fulamt_ownpay_amt": money(0),
            "overlmt_selfpay": money(0),
            "preselfpay_amt": money(0),
            "inscp_amt": money(fee),
            "fund_pay_sumamt": money(fee * 0.7),
            "psn_pay": money(fee * 0.3),
            "acct_pay": money(0),
            "cash_payamt": money(fee * 0.3),
            "refd_setl_flag": "0",
            "hi_paymtd": "1",
        }
    )
    for line in range(3):
        item = ("05", "T05") if kind == "1" and line == 0 else ("09", f"X{line}")
        count = 120 if crooked and line == 0 else int(rng.integers(1, 3))
        made["fee_list_d"].append(
            {
                "bkkp_sn": f"L{setl}{line}",
                "setl_id": setl,
                "mdtrt_id": f"M{setl}",
                "psn_no": person,
                "fixmedins_code": code,
                "med_type": med_type,
                "fee_ocur_time": at,
                "hilist_code": item[1],
                "list_type": "201" if item[0] == "05" else "101",
                "med_chrgitm_type": item[0],
                "cnt": Decimal(count),
                "pric": Decimal("1"),
                "det_item_fee_sumamt": money(fee / 3),
                "fulamt_ownpay_amt": money(0),
                "overlmt_selfpay": money(0),
                "preselfpay_amt": money(0),
                "inscp_amt": money(fee / 3),
                "chrgitm_lv": "01",
                "bilg_dr_code": f"D{n * doctors + visit % doctors:03d}" if kind == "1" else None,
            }
        )
