"""Source mappings (`conf/sources/<name>.yaml`): how one system's files become canonical tables.

Values of a mapping are text, as a CSV would hold them; casts and checks come after, as for any file.
"""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlglot import exp

from core.errors import UsageError
from core.schema import LANDING
from core.settings import conf_folder
from core.sql import SubsetError, lint_predicate
from core.yaml_text import read_yaml


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Coded(_Part):
    """A column whose values are another system's codes; `other` says what becomes of the rest."""

    column: str
    values: dict[str, str]
    other: Literal["keep", "empty"] = "keep"


class Unpivot(_Part):
    """One row per filled column of a list: its value becomes `into`, its place `ordinal` (1, 2, …)."""

    columns: list[str]
    into: str
    ordinal: str | None = None
    first_flag: str | None = None
    """A column that is 1 on the first place and 0 on the others."""


class TableMapping(_Part):
    """How one canonical table is made from one file of the source."""

    from_: str = Field(alias="from")
    rename: dict[str, str] = Field(default_factory=dict)
    constant: dict[str, str] = Field(default_factory=dict)
    dictionary: dict[str, Coded] = Field(default_factory=dict)
    derive: dict[str, str] = Field(default_factory=dict)
    where: str | None = None
    distinct: bool = False
    unpivot: Unpivot | None = None
    header_only: bool = False
    """The source has no such rows: the table stays empty."""

    @property
    def needed(self) -> list[str]:
        """Columns of the file this mapping reads."""
        names = [*self.rename.values(), *(coded.column for coded in self.dictionary.values())]
        names += self.unpivot.columns if self.unpivot else []
        for text in [*self.derive.values(), *([self.where] if self.where else [])]:
            names += [column.name for column in lint_predicate(text, where="derive").find_all(exp.Column)]
        return sorted(set(names))

    @property
    def columns(self) -> list[str]:
        """Canonical columns this mapping fills."""
        made = [*self.rename, *self.constant, *self.dictionary, *self.derive]
        if self.unpivot:
            made += [c for c in (self.unpivot.into, self.unpivot.ordinal, self.unpivot.first_flag) if c]
        return made


class Source(_Part):
    """One source system."""

    name: str
    zh: str = ""
    encoding: str = "utf-8"
    nulls: list[str] = Field(default_factory=list)
    aliases: dict[str, str] = Field(default_factory=dict)
    """Other name → national name, wherever a file holds the other and not the national one."""
    harden: dict[str, list[str]] = Field(default_factory=dict)
    """Table → columns whose dictionary is hard here: a value outside it refuses the row as `cast`."""
    tables: dict[str, TableMapping] = Field(default_factory=dict)

    @property
    def stems(self) -> set[str]:
        """File names (without ending) this source reads."""
        if not self.tables:
            return set(LANDING)
        return {mapping.from_ for mapping in self.tables.values()}


def load_source(name: str | None) -> Source:
    """The mapping named so; without a name the national tables themselves. UsageError names what is wrong."""
    if name is None:
        return Source(name="")
    folder = conf_folder() / "sources"
    path = folder / f"{name}.yaml"
    if not path.is_file():
        known = sorted(p.stem for p in folder.glob("*.yaml"))
        raise UsageError(f"source [{name}] is unknown: use one of {known} or add conf/sources/{name}.yaml")
    try:
        source = Source.model_validate(read_yaml(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UsageError(
            f"conf/sources/{path.name}: [{where}] {first['msg'].lower()}: see docs/ingest.md for the keys"
        ) from None
    _check(source, path.name)
    return source


def _check(source: Source, file: str) -> None:
    if source.name != Path(file).stem:
        raise UsageError(f"conf/sources/{file}: name [{source.name}] must be the file's name")
    for table, names in source.harden.items():
        for column in names:
            declared = LANDING[table].by_name.get(column) if table in LANDING else None
            if declared is None or declared.dictionary is None:
                raise UsageError(
                    f"conf/sources/{file}: harden: [{table}.{column}] has no dictionary: see docs/tables.md"
                )
    for table, mapping in source.tables.items():
        if table not in LANDING:
            raise UsageError(f"conf/sources/{file}: table [{table}] is unknown: use one of {sorted(LANDING)}")
        for column in mapping.columns:
            if column not in LANDING[table].by_name:
                raise UsageError(f"conf/sources/{file}: {table} has no column [{column}]: see docs/tables.md")
        required = [c.name for c in LANDING[table] if c.required and c.name not in mapping.columns]
        if required and not mapping.header_only:
            raise UsageError(f"conf/sources/{file}: {table}: required column [{required[0]}] is not filled")
        try:
            for text in [*mapping.derive.values(), *([mapping.where] if mapping.where else [])]:
                lint_predicate(text, where=f"conf/sources/{file}: {table}")
        except SubsetError as error:
            raise UsageError(str(error)) from None


def mapped_sql(mapping: TableMapping, rows: str) -> str:
    """SQL of a mapped table as clean text: canonical columns, file_no, source_row, piece, raw.

    `rows` is SQL of the source's rows under the file's own names, as clean text, with those four.
    """
    values: dict[str, str] = {}
    for column, name in mapping.rename.items():
        values[column] = f"`{name}`"
    for column, constant in mapping.constant.items():
        values[column] = f"'{constant}'"
    for column, coded in mapping.dictionary.items():
        cases = " ".join(f"WHEN '{old}' THEN '{new}'" for old, new in sorted(coded.values.items()))
        other = f"`{coded.column}`" if coded.other == "keep" else "CAST(NULL AS STRING)"
        values[column] = f"CASE `{coded.column}` {cases} ELSE {other} END"
    for column, expression in mapping.derive.items():
        values[column] = f"as_text({expression})"
    rows = f"({rows}) AS g"
    where = "FALSE" if mapping.header_only else mapping.where
    if mapping.unpivot:
        return _unpivoted(mapping.unpivot, values, rows, where)
    made = ", ".join(f"{text} AS {column}" for column, text in values.items())
    condition = f" WHERE {where}" if where else ""
    if mapping.distinct:
        names = ", ".join(values)
        return (
            f"SELECT {names}, raw, file_no, source_row, piece FROM (SELECT every.*, ROW_NUMBER() OVER "
            f"(PARTITION BY {names} ORDER BY file_no, source_row, piece) AS nth FROM "
            f"(SELECT {made}, raw, file_no, source_row, piece FROM {rows}{condition}) AS every) AS numbered "
            "WHERE nth = 1"
        )
    return f"SELECT {made}, raw, file_no, source_row, piece FROM {rows}{condition}"


def _unpivoted(unpivot: Unpivot, values: dict[str, str], rows: str, where: str | None) -> str:
    parts = []
    for place, column in enumerate(unpivot.columns):
        own = {**values, unpivot.into: f"`{column}`"}
        if unpivot.ordinal:
            own[unpivot.ordinal] = f"'{place + 1}'"
        if unpivot.first_flag:
            own[unpivot.first_flag] = f"'{1 if place == 0 else 0}'"
        # What a derived value may use: the place, as {place}.
        made = ", ".join(f"{text.replace('{place}', str(place + 1))} AS {name}" for name, text in own.items())
        condition = f"`{column}` IS NOT NULL" + (f" AND ({where})" if where else "")
        parts.append(
            f"SELECT {made}, raw, file_no, source_row, {place} AS piece FROM {rows} WHERE {condition}"
        )
    return " UNION ALL ".join(parts)
