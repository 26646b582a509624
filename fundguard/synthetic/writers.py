"""Streams landing tables to disk: one Parquet or CSV file a table, a row group a chunk."""

from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from core.schema.columns import Table, Type
from core.schema.landing import LANDING

_ARROW = {
    Type.TEXT: pa.string(),
    Type.DATE: pa.date32(),
    Type.TIME: pa.timestamp("s"),
    Type.MONEY: pa.decimal128(16, 2),
    Type.QUANTITY: pa.decimal128(16, 4),
    Type.PRICE: pa.decimal128(16, 6),
    Type.RATIO: pa.decimal128(9, 4),
    Type.WHOLE: pa.int64(),
    Type.NUMBER: pa.float64(),
}
# The simulator always writes these tables; an extension table when a plant has rows for it.
TABLES = [
    "psn_info_b",
    "psn_insu_d",
    "fixmedins_b",
    "medins_dr_b",
    "hilist_b",
    "mdtrt_d",
    "setl_d",
    "setl_fund_d",
    "fee_list_d",
    "setl_list_diag_d",
    "setl_list_oprn_d",
    "rx_d",
    "drug_trac_d",
    "drug_inv_d",
    "ltc_serv_d",
]
_GROUP = 200_000


class Landing:
    """The landing folder while it is written; use as a context. `rows` counts what went where."""

    def __init__(self, folder: Path, form: str) -> None:
        self.folder, self.form = folder, form
        self.rows: dict[str, int] = dict.fromkeys(TABLES, 0)
        self._open: dict[str, pq.ParquetWriter | pacsv.CSVWriter] = {}
        self._kept: dict[str, list[pa.Table]] = {name: [] for name in TABLES}
        folder.mkdir(parents=True, exist_ok=True)
        # An earlier simulation may have left the same tables in the other format.
        for name in LANDING:
            for suffix in ("parquet", "csv"):
                (folder / f"{name}.{suffix}").unlink(missing_ok=True)

    def __enter__(self) -> "Landing":
        return self

    def __exit__(self, *error: object) -> None:
        for name in self._kept:
            self._flush(name, last=error[0] is None)
        for writer in self._open.values():
            writer.close()

    def write(self, name: str, columns: dict[str, pa.Array]) -> None:
        """Adds rows to a table; columns that are not given are NULL."""
        table = LANDING[name]
        size = len(next(iter(columns.values())))
        unknown = set(columns) - set(table.by_name)
        if unknown:
            raise KeyError(f"{name}: not declared: {sorted(unknown)}")
        self._kept.setdefault(name, []).append(_shape(table, columns, size, self.form))
        self.rows[name] = self.rows.get(name, 0) + size
        if sum(len(kept) for kept in self._kept[name]) >= _GROUP:
            self._flush(name, last=False)

    def _flush(self, name: str, last: bool) -> None:
        kept = self._kept[name]
        if not kept:
            if last and name not in self._open:
                self.write(name, {LANDING[name].names[0]: pa.array([], pa.string())})
                kept = self._kept[name]
            else:
                return
        whole = pa.concat_tables(kept)
        self._kept[name] = []
        if name not in self._open:
            path = self.folder / f"{name}.{self.form}"
            if self.form == "csv":
                self._open[name] = pacsv.CSVWriter(path, whole.schema)
            else:
                self._open[name] = pq.ParquetWriter(
                    path,
                    whole.schema,
                    compression="snappy",
                    store_decimal_as_integer=True,
                    store_schema=False,
                )
        self._open[name].write_table(whole)


def _shape(table: Table, columns: dict[str, pa.Array], size: int, form: str) -> pa.Table:
    arrays, fields = [], []
    for column in table:
        type_ = _ARROW[column.type]
        array = columns.get(column.name)
        if array is None:
            array = pa.nulls(size, type_)
        elif (pa.types.is_dictionary(array.type) and (form == "csv" or column.name in table.key)) or (
            not pa.types.is_dictionary(array.type) and array.type != type_
        ):
            array = array.cast(type_)
        if form == "csv" and pa.types.is_decimal(type_):
            array = array.cast(pa.string())
        # A column is written one way in every chunk: plain where any chunk may be plain.
        if pa.types.is_dictionary(array.type):
            array = array.cast(type_)
        arrays.append(array)
        fields.append(pa.field(column.name, array.type))
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))
