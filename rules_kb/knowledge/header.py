"""The header of a knowledge table: one YAML beside each CSV; unknown keys are refused."""

from functools import lru_cache
from pathlib import Path
from typing import Literal

import pyarrow as pa
import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from core.errors import Refused
from core.yaml_text import read_yaml

ARROW: dict[str, pa.DataType] = {
    "text": pa.string(),
    "int": pa.int64(),
    "date": pa.date32(),
    "money": pa.decimal128(16, 2),
    "number": pa.decimal128(16, 4),
}

# Every published point carries these: when it is in force, where it stands, how far to trust it.
POINT_COLUMNS = (
    "limit_text",
    "rule_code",
    "batch",
    "source_row",
    "source",
    "verify_status",
    "supersedes",
    "point_id",
    "begndate",
    "enddate",
)


class Column(BaseModel):
    """One column: its type (text, int, date, money, number) and what it means."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    type: Literal["text", "int", "date", "money", "number"]
    zh: str
    en: str
    required: bool = False
    values: list[str] | None = None


class Header(BaseModel):
    """What a table is: its rows, its key, its columns, where the rows come from, and how far to trust them.

    ``dated``: rows carry begndate and enddate, both inclusive; an empty enddate means still in force.
    ``unit`` says what one row counts. ``kind``: point (published), expert (starter value set),
    policy (regional), dictionary.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    zh: str
    en: str
    kind: Literal["point", "expert", "policy", "dictionary"]
    unit: str
    key: list[str]
    dated: bool = True
    source: str
    licence: str
    notes: list[str] = []
    columns: list[Column]

    @model_validator(mode="after")
    def _columns_fit(self) -> "Header":
        names = [column.name for column in self.columns]
        if len(names) != len(set(names)):
            raise ValueError("a column stands twice")
        wanted = set(self.key) | ({"begndate", "enddate"} if self.dated else set())
        if self.kind == "point":
            wanted |= set(POINT_COLUMNS)
        if missing := sorted(wanted - set(names)):
            raise ValueError(f"columns missing {missing}; declare them")
        return self

    @property
    def schema(self) -> pa.Schema:
        """The exact Arrow types: string, int64, date32, decimal(16,2), decimal(16,4)."""
        return pa.schema([pa.field(c.name, ARROW[c.type]) for c in self.columns])


@lru_cache(maxsize=512)
def read_header(path: Path) -> Header:
    """Read one header; Refused names file, key and [value] when it does not fit."""
    try:
        content = read_yaml(path.read_text(encoding="utf-8"))
        header = Header.model_validate(content)
    except (yaml.YAMLError, ValidationError) as error:
        if isinstance(error, ValidationError):
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "header"
            said = f"{where}: {first['msg']} [{first.get('input')!s:.60}]"
        else:
            said = str(error).replace("\n", " ")
        raise Refused(f"{path.name}: {said}; see docs/knowledge.md for the header's keys") from None
    if header.name != path.stem:
        raise Refused(f"{path.name}: name [{header.name}] is not the file's; rename one of them")
    return header
