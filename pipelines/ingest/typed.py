"""Parquet as it landed: which types both engines read alike, and a plain copy of what they do not."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from core.errors import Refused
from pipelines.ingest.landing import LandedFile


def readable(file: LandedFile, schema: pa.Schema, copy: Path) -> tuple[Path, dict[str, pa.DataType]]:
    """The file itself, or a copy in types both engines read; and its columns' Arrow types.

    Times in nanoseconds become microseconds; times with a zone become local times without one.
    """
    target = pa.schema([pa.field(field.name, _plain(field.type)) for field in schema])
    if all(_same(field.type, target.field(field.name).type) for field in schema):
        return file.path, {field.name: target.field(field.name).type for field in schema}
    copy.parent.mkdir(parents=True, exist_ok=True)
    try:
        with pq.ParquetFile(file.path) as source, pq.ParquetWriter(copy, target) as sink:
            for batch in source.iter_batches(batch_size=128 * 1024):
                columns = [
                    _cast(batch.column(place), target.field(place).type) for place in range(len(target))
                ]
                sink.write_batch(pa.record_batch(columns, schema=target))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise Refused(
            f"{file.name}: the Parquet file cannot be read [{str(error).splitlines()[0][:80]}]: deliver it again"
        ) from None
    return copy, {field.name: field.type for field in target}


def _plain(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(kind):
        return _plain(kind.value_type)
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us")
    if pa.types.is_date(kind):
        return pa.date32()
    if pa.types.is_integer(kind):
        return pa.int64()
    if pa.types.is_floating(kind):
        return pa.float64()
    if pa.types.is_decimal(kind) or pa.types.is_boolean(kind):
        return kind
    return pa.string()


def _same(landed: pa.DataType, plain: pa.DataType) -> bool:
    """Both engines read `landed` as `plain` already."""
    text = pa.types.is_large_string(landed) or pa.types.is_string_view(landed)
    small = pa.types.is_signed_integer(landed) or landed in (pa.uint8(), pa.uint16(), pa.uint32())
    return landed == plain or text or small or landed in (pa.float32(), pa.timestamp("ms"))


def _cast(column: pa.Array, kind: pa.DataType) -> pa.Array:
    if pa.types.is_timestamp(column.type) and column.type.tz is not None:
        column = pc.local_timestamp(column)
    return column.cast(kind, safe=False) if pa.types.is_timestamp(kind) else column.cast(kind)
