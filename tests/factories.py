"""Small landings made from the schema: a few correct rows as text, to be bent by the test."""

import csv
import gzip
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from core.schema import TABLES

HOSPITAL = "H99010100001"


def person(number: int, **values) -> dict[str, str]:
    """One insured person."""
    return {"psn_no": f"P{number}", "gend": "1", "brdy": "1980-01-01", "psn_name": f"人{number}"} | values


def settlement(number: int, day: str, amount: str = "100.00", **values) -> dict[str, str]:
    """One settlement of `amount`, all of it in scope: 80 % fund, 20 % cash when it is 100."""
    own = "20.00" if amount == "100.00" else "0.00"
    fund = "80.00" if amount == "100.00" else amount
    return {
        "setl_id": f"S{number}", "mdtrt_id": f"M{number}", "psn_no": f"P{number % 5}",
        "fixmedins_code": HOSPITAL, "insutype": "310", "med_type": "11", "begndate": day, "enddate": day,
        "setl_time": f"{day} 10:00:00", "medfee_sumamt": amount, "fulamt_ownpay_amt": "0.00",
        "overlmt_selfpay": "0.00", "preselfpay_amt": "0.00", "inscp_amt": amount, "fund_pay_sumamt": fund,
        "hifp_pay": fund, "psn_pay": own, "acct_pay": "0.00", "cash_payamt": own, "refd_setl_flag": "0",
        "init_setl_id": "", "vali_flag": "1", "updt_time": "",
    } | values  # fmt: skip


def line(number: int, settled: int | None, day: str, cnt: str = "5", **values) -> dict[str, str]:
    """One fee line of cnt × 10 yuan, by default half of a settlement of 100."""
    amount = f"{float(cnt) * 10:.2f}"
    return {
        "bkkp_sn": f"L{number}", "setl_id": "" if settled is None else f"S{settled}",
        "mdtrt_id": f"M{settled or 0}", "psn_no": f"P{(settled or 0) % 5}", "fixmedins_code": HOSPITAL,
        "med_type": "11", "fee_ocur_time": f"{day} 09:00:00", "hilist_code": "X1", "hilist_name": "阿莫西林",
        "list_type": "101", "med_chrgitm_type": "09", "cnt": cnt, "pric": "10", "det_item_fee_sumamt": amount,
        "fulamt_ownpay_amt": "0.00", "overlmt_selfpay": "0.00", "preselfpay_amt": "0.00",
        "inscp_amt": amount, "chrgitm_lv": "01", "bilg_dr_code": "D1", "init_feedetl_sn": "",
        "vali_flag": "1", "updt_time": "",
    } | values  # fmt: skip


def city(days: int = 3, per_day: int = 10, first: date = date(2026, 6, 1)) -> dict[str, list[dict[str, str]]]:
    """Persons, one hospital, settlements with two lines each, over some days."""
    setl, fees = [], []
    for offset in range(days):
        day = str(first + timedelta(days=offset))
        for place in range(per_day):
            number = offset * per_day + place + 1
            setl.append(settlement(number, day))
            fees += [line(number * 2 - 1, number, day), line(number * 2, number, day)]
    hospital = {
        "fixmedins_code": HOSPITAL, "fixmedins_name": "示范医院", "fixmedins_type": "1", "fix_blng_admdvs": "990101",
    }  # fmt: skip
    return {
        "psn_info_b": [person(number) for number in range(5)],
        "fixmedins_b": [hospital],
        "setl_d": setl,
        "fee_list_d": fees,
    }


def land(
    folder: Path, tables: dict[str, list[dict[str, str]]], kind: str = "csv", encoding: str = "utf-8"
) -> Path:
    """Write a landing folder: csv, csv.gz, text (Parquet of texts), parquet (typed Parquet)."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        columns = list(rows[0]) if rows else [column.name for column in TABLES[name] if column.required]
        if kind.startswith("csv"):
            path = folder / f"{name}.{kind}"
            opener = gzip.open if kind == "csv.gz" else open
            with opener(path, "wt", encoding=encoding, newline="") as file:
                writer = csv.DictWriter(file, columns, restval="")
                writer.writeheader()
                writer.writerows(rows)
            continue
        table = pa.table({c: pa.array([row.get(c) or None for row in rows], pa.string()) for c in columns})
        if kind == "parquet":
            table = pa.table({c: _typed(name, c, table[c]) for c in columns})
        pq.write_table(table, folder / f"{name}.parquet")
    return folder


def _typed(table: str, column: str, values: pa.ChunkedArray) -> pa.ChunkedArray:
    declared = TABLES[table].by_name.get(column)
    if declared is None:
        return values
    if declared.type.decimals is not None:
        return values.cast(pa.decimal128(16, declared.type.decimals))
    if declared.type.name == "DATE":
        return values.cast(pa.date32())
    if declared.type.name == "TIME":
        return values.cast(pa.timestamp("us"))
    return values


def any_rows(table: str, count: int = 3) -> list[dict[str, str]]:
    """Rows of any landing table with every column filled, made from its declaration."""
    samples = {"DATE": "2026-06-0{n}", "TIME": "2026-06-0{n} 08:00:00", "TEXT": "{name}-{n}"}
    return [
        {c.name: samples.get(c.type.name, "{n}").format(n=number, name=c.name) for c in TABLES[table]}
        | {
            key: value
            for key, value in {"setl_id": f"S{number}", "vali_flag": "1"}.items()
            if key in TABLES[table].by_name
        }
        for number in range(1, count + 1)
    ]
