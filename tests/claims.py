"""Claims valid by construction: a test says only what it is about.

claims = Claims()
claims.person("A", gend="1")
claims.institution("H1", hosp_lv="08")
claims.settle("A", "H1", "2026-03-02", [line("XG…", amount="30")])
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from core.engine.base import arrow_schema, declared_columns, parse_extra
from core.schema import LANDING, Table
from pipelines.warehouse import BOOKKEEPING

ZERO = Decimal("0.00")


def line(item: str, *, amount: str = "10", cnt: str = "1", **more: Any) -> dict[str, Any]:
    """One fee line: its item, its amount in scope, its quantity."""
    total = Decimal(amount).quantize(Decimal("0.01"))
    quantity = Decimal(cnt)
    return {
        "hilist_code": item,
        "hilist_name": f"项目{item[-4:]}",
        "list_type": "101" if item[:1] in "XZ" else "201",
        "med_chrgitm_type": "09" if item[:1] in "XZ" else "05",
        "cnt": quantity,
        "pric": (total / quantity).quantize(Decimal("0.000001")),
        "det_item_fee_sumamt": total,
        "fulamt_ownpay_amt": ZERO,
        "overlmt_selfpay": ZERO,
        "preselfpay_amt": ZERO,
        "inscp_amt": total,
        "chrgitm_lv": "01",
        **more,
    }


@dataclass
class Claims:
    """Rows of the landing tables, by table."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {name: [] for name in LANDING})
    count: int = 0

    def person(self, psn_no: str, *, gend: str = "1", brdy: str = "1980-01-01", **more: Any) -> None:
        """A person; 46 years old in 2026 unless said otherwise."""
        row = {"psn_no": psn_no, "gend": gend, "brdy": date.fromisoformat(brdy), **more}
        self.rows["psn_info_b"].append(row)

    def institution(self, code: str, *, hosp_lv: str | None = "05", **more: Any) -> None:
        """A hospital of the second level, or a pharmacy when its code begins with P."""
        self.rows["fixmedins_b"].append(
            {
                "fixmedins_code": code,
                "fixmedins_name": f"机构{code}",
                "fixmedins_type": "2" if code.startswith("P") else "1",
                "hosp_lv": hosp_lv,
                "fix_blng_admdvs": "990101",
                **more,
            }
        )

    def settle(
        self,
        psn_no: str,
        code: str,
        day: str,
        lines: list[dict[str, Any]],
        *,
        med_type: str = "11",
        begin: str | None = None,
        mdtrt: dict[str, Any] | None = None,
        **more: Any,
    ) -> str:
        """A settlement of one visit: header, visit and lines agree to the cent. Returns its setl_id."""
        self.count += 1
        setl_id = more.pop("setl_id", f"S{self.count}")
        mdtrt_id = more.pop("mdtrt_id", f"M{self.count}")
        end = date.fromisoformat(day)
        start = date.fromisoformat(begin or day)
        total = sum((row["det_item_fee_sumamt"] for row in lines), ZERO)
        scope = sum((row["inscp_amt"] for row in lines), ZERO)
        fund = (scope * Decimal("0.7")).quantize(Decimal("0.01"))
        self.rows["setl_d"].append(
            {
                "setl_id": setl_id,
                "mdtrt_id": mdtrt_id,
                "psn_no": psn_no,
                "fixmedins_code": code,
                "insutype": "310",
                "med_type": med_type,
                "begndate": start,
                "enddate": end,
                "setl_time": datetime.combine(end, datetime.min.time()) + timedelta(hours=11),
                "medfee_sumamt": total,
                "fulamt_ownpay_amt": sum((r["fulamt_ownpay_amt"] for r in lines), ZERO),
                "overlmt_selfpay": ZERO,
                "preselfpay_amt": ZERO,
                "inscp_amt": scope,
                "fund_pay_sumamt": fund,
                "psn_pay": total - fund,
                "acct_pay": ZERO,
                "cash_payamt": total - fund,
                "refd_setl_flag": "0",
                "hi_paymtd": "1",
                **more,
            }
        )
        self.visit(psn_no, code, start.isoformat(), end.isoformat(), mdtrt_id, med_type, **(mdtrt or {}))
        for number, row in enumerate(lines):
            self.add_line(psn_no, code, mdtrt_id, med_type, row, day=day, setl_id=setl_id, number=number)
        return setl_id

    def visit(
        self, psn_no: str, code: str, begin: str, end: str | None, mdtrt_id: str, med_type: str, **more: Any
    ) -> None:
        """A visit; without an end the person is still in."""
        self.rows["mdtrt_d"].append(
            {
                "mdtrt_id": mdtrt_id,
                "psn_no": psn_no,
                "fixmedins_code": code,
                "med_type": med_type,
                "begntime": datetime.fromisoformat(f"{begin} 08:00:00"),
                "endtime": datetime.fromisoformat(f"{end} 12:00:00") if end else None,
                "inhosp_stas": "0" if end else "1",
                **more,
            }
        )

    def add_line(
        self,
        psn_no: str,
        code: str,
        mdtrt_id: str,
        med_type: str,
        row: dict[str, Any],
        *,
        day: str,
        setl_id: str | None = None,
        number: int = 0,
    ) -> str:
        """A fee line, open when it has no settlement. `at` in the row sets its time."""
        row = dict(row)
        at = row.pop("at", None) or f"{day} 09:{number:02d}:30"
        bkkp_sn = row.pop("bkkp_sn", None) or f"{setl_id or 'O' + mdtrt_id}-{len(self.rows['fee_list_d'])}"
        self.rows["fee_list_d"].append(
            {
                "bkkp_sn": bkkp_sn,
                "setl_id": setl_id,
                "mdtrt_id": mdtrt_id,
                "psn_no": psn_no,
                "fixmedins_code": code,
                "med_type": med_type,
                "fee_ocur_time": datetime.fromisoformat(at),
                **row,
            }
        )
        return bkkp_sn

    def sell(
        self, trace: str, code: str, at: str, item: str = "XA", event: str = "sell", **more: Any
    ) -> None:
        """A trace-code event."""
        row = {"drug_trac_codg": trace, "hilist_code": item, "fixmedins_code": code, "event": event}
        self.rows["drug_trac_d"].append({**row, "event_time": datetime.fromisoformat(at), **more})

    def register(self, engine: Any) -> None:
        """Register every landing table on an engine, as the warehouse would."""
        settled = {row["setl_id"]: row["setl_time"] for row in self.rows["setl_d"]}
        for name, table in LANDING.items():
            schema = arrow_schema(declared_columns(table, parse_extra(BOOKKEEPING), "duckdb"))
            rows = [{**row, "unit_day": _unit_day(table, row, settled)} for row in self.rows[name]]
            engine.register(name, arrow=pa.Table.from_pylist(rows, schema=schema))

    def land(self, folder: Path) -> Path:
        """Write the tables that have rows as Parquet, the way a source delivers them."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in LANDING.items():
            if self.rows[name] or table.required:
                schema = arrow_schema(declared_columns(table, [], "duckdb"))
                pq.write_table(
                    pa.Table.from_pylist(self.rows[name], schema=schema), folder / f"{name}.parquet"
                )
        return folder


def _unit_day(table: Table, row: dict[str, Any], settled: dict[str, datetime]) -> str | None:
    """The partition a row would lie in."""
    if table.day is None:
        return None
    if table.parent is None:
        return f"{table.day.label}={row[table.day.column]:%Y-%m-%d}"
    if table.name == "fee_list_d" and row.get("setl_id") is None:
        return f"open={row['fee_ocur_time']:%Y-%m-%d}"
    when = settled.get(row.get("setl_id")) or row.get("fee_ocur_time") or max(settled.values(), default=None)
    return f"{table.day.label}={when:%Y-%m-%d}" if when else None
