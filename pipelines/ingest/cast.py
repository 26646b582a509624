"""From what a file holds to what the schema declares: one SQL expression per column.

Text goes through the `read_…` functions. Typed Parquet columns pass as they are where they already fit,
and go through text where they do not: so a typed file and a CSV of it give the same rows.
"""

from dataclasses import dataclass

import pyarrow as pa

from core.schema import Column, Privacy, Table, Type
from core.schema.dictionaries import dictionaries

_READ = {
    Type.DATE: "read_date",
    Type.TIME: "read_time",
    Type.MONEY: "read_money",
    Type.QUANTITY: "read_quantity",
    Type.PRICE: "read_price",
    Type.RATIO: "read_ratio",
    Type.WHOLE: "read_whole",
    Type.NUMBER: "read_number",
}


@dataclass(frozen=True)
class Cast:
    """A column's SQL: the value as it came (`given`), as declared (`typed`), and when reading can fail."""

    given: str
    typed: str
    can_fail: bool


def cast(column: Column, source: str, kind: pa.DataType | None, *, clean: bool = False) -> Cast:
    """How to read `column` from the SQL expression `source` of Arrow type `kind` (None: text).

    `clean` says that blanks are already cut and empty is NULL.
    """
    if kind is None or _is_text(kind):
        text = source if clean else f"clean_text({source})"
        if column.type is Type.TEXT:
            return Cast(text, f"folded_text({text})" if _named(column) else text, False)
        return Cast(text, f"{_READ[column.type]}({text})", True)
    if fits(column.type, kind):
        return Cast(source, _passed(column.type, kind, source), False)
    text = as_text(source, kind, column.type)
    if column.type is Type.TEXT:
        return Cast(text, text, False)
    return Cast(text, f"{_READ[column.type]}({text})", True)


def _named(column: Column) -> bool:
    """A name of a thing, which rules and lists compare: two forms of one character are one character."""
    return column.privacy is Privacy.PLAIN and column.name.endswith("_name")


def absent(column: Column) -> str:
    """NULL of the declared type."""
    return f"CAST(NULL AS {column.type.spark})"


def fits(declared: Type, kind: pa.DataType) -> bool:
    """A typed value that needs no check."""
    if declared.decimals is not None and pa.types.is_decimal(kind):
        whole = int(declared.spark[8:-1].split(",")[0]) - declared.decimals
        return bool(kind.scale <= declared.decimals and kind.precision - kind.scale <= whole)
    return bool(
        (declared in (Type.DATE, Type.TIME) and (pa.types.is_timestamp(kind) or pa.types.is_date(kind)))
        or (declared is Type.WHOLE and pa.types.is_integer(kind))
        or (declared is Type.NUMBER and pa.types.is_integer(kind))
    )


def as_text(source: str, kind: pa.DataType, declared: Type) -> str:
    """A typed value as the text a CSV would hold; doubles rounded to the declared decimals."""
    if pa.types.is_boolean(kind):
        return f"CASE WHEN {source} THEN '1' WHEN NOT {source} THEN '0' END"
    if pa.types.is_floating(kind):
        whole = f"fixed_text({source}, 0)"
        if declared.decimals is not None:
            return f"fixed_text(round_to({source}, {declared.decimals}), {declared.decimals})"
        return f"CASE WHEN {source} = round_to({source}, 0) THEN {whole} ELSE as_text({source}) END"
    return f"as_text({source})"


def _passed(declared: Type, kind: pa.DataType, source: str) -> str:
    if declared is Type.DATE and pa.types.is_timestamp(kind):
        return f"day_of({source})"
    if declared is Type.TIME and pa.types.is_date(kind):
        return f"as_time({source})"
    if declared is Type.WHOLE:
        return f"as_whole({source})"
    return f"as_number({source})" if declared is Type.NUMBER else source


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def reason_sql(table: Table, casts: dict[str, Cast], hard: list[str]) -> tuple[str, str, str, str] | None:
    """(condition, reason, column, value) of the rows that cannot be read; None when all can.

    A row's first missing required column comes before its first value that does not cast. A `hard` column
    outside its dictionary counts as not castable.
    """
    missing = [
        (c.name, f"{casts[c.name].given} IS NULL", "''") for c in table if c.required and c.name in casts
    ]
    failing = [
        (name, f"{one.given} IS NOT NULL AND {one.typed} IS NULL", one.given)
        for name, one in casts.items()
        if one.can_fail
    ]
    for name in hard:
        values = ", ".join(f"'{value}'" for value in dictionaries()[str(table.by_name[name].dictionary)])
        if name in casts:
            failing.append((name, f"{casts[name].given} NOT IN ({values})", casts[name].given))
    found = [*missing, *failing]
    if not found:
        return None
    condition = " OR ".join(f"({when})" for _, when, _ in found)
    reason = "CASE " + " ".join(f"WHEN {when} THEN 'missing'" for _, when, _ in missing)
    reason = f"{reason} ELSE 'cast' END" if missing else "'cast'"
    column = "CASE " + " ".join(f"WHEN {when} THEN '{name}'" for name, when, _ in found) + " END"
    value = "CASE " + " ".join(f"WHEN {when} THEN {given}" for _, when, given in found) + " END"
    return condition, reason, column, value
