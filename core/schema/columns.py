"""The words in which a table is declared: types, columns, tables."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum


class Type(Enum):
    """A value's type, with its name on each engine.

    Money is yuan with two decimals; quantities have four, prices six. Times are local, without zone.
    """

    TEXT = ("VARCHAR", "STRING")
    DATE = ("DATE", "DATE")
    TIME = ("TIMESTAMP", "TIMESTAMP_NTZ")
    MONEY = ("DECIMAL(16,2)", "DECIMAL(16,2)")
    QUANTITY = ("DECIMAL(16,4)", "DECIMAL(16,4)")
    PRICE = ("DECIMAL(16,6)", "DECIMAL(16,6)")
    RATIO = ("DECIMAL(9,4)", "DECIMAL(9,4)")
    WHOLE = ("BIGINT", "BIGINT")
    NUMBER = ("DOUBLE", "DOUBLE")
    FLAG = ("BOOLEAN", "BOOLEAN")
    TEXT_LIST = ("VARCHAR[]", "ARRAY<STRING>")

    def __init__(self, duckdb: str, spark: str) -> None:
        self.duckdb = duckdb
        self.spark = spark

    @property
    def decimals(self) -> int | None:
        """Digits after the point of a decimal type; None for the others."""
        if not self.duckdb.startswith("DECIMAL"):
            return None
        return int(self.duckdb[:-1].split(",")[1])


class Privacy(Enum):
    """What happens to a value at the door.

    PLAIN stays as it is. PSEUDONYM becomes a keyed hash (equal values, equal tokens) and its original
    goes to the vault.
    """

    PLAIN = "plain"
    PSEUDONYM = "pseudonym"


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: national name, Chinese name, type, and who may see it."""

    name: str
    zh: str
    type: Type
    required: bool = False
    privacy: Privacy = Privacy.PLAIN
    dictionary: str | None = None
    unit: str | None = None


@dataclass(frozen=True)
class Day:
    """How a transaction row finds its warehouse day: the date of `column`, written as `<label>=<date>`."""

    label: str
    column: str


@dataclass(frozen=True, kw_only=True)
class Table:
    """One canonical table.

    `key` identifies a record across versions; `day` is None for dimensions; `parent` names the
    (column, table) whose key must have landed; `required` tables must be in every landing.
    """

    name: str
    zh: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    day: Day | None = None
    parent: tuple[str, str] | None = None
    required: bool = False
    money: str | None = None
    source: str = ""
    by_name: dict[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        if len(set(names)) != len(names):
            raise ValueError(f"{self.name}: a column is declared twice")
        object.__setattr__(self, "by_name", {column.name: column for column in self.columns})
        for name in (*self.key, *([self.money] if self.money else [])):
            if name not in self.by_name:
                raise ValueError(f"{self.name}: [{name}] is not one of its columns")

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    @property
    def names(self) -> list[str]:
        """Column names in declared order."""
        return [column.name for column in self.columns]

    @property
    def pseudonyms(self) -> list[Column]:
        """Columns whose values are keyed-hashed at the door."""
        return [column for column in self.columns if column.privacy is Privacy.PSEUDONYM]


def declare(type_: Type, *, privacy: Privacy = Privacy.PLAIN, unit: str | None = None):  # type: ignore[no-untyped-def]
    """A short word that declares columns of one type: `money("psn_pay*", "个人支付")`; * = required."""

    def column(name: str, zh: str, dictionary: str | None = None) -> Column:
        return Column(
            name=name.rstrip("*"),
            zh=zh,
            type=type_,
            required=name.endswith("*"),
            privacy=privacy,
            dictionary=dictionary,
            unit=unit,
        )

    return column


text = declare(Type.TEXT)
identity = declare(Type.TEXT, privacy=Privacy.PSEUDONYM)
date = declare(Type.DATE)
time = declare(Type.TIME)
money = declare(Type.MONEY, unit="yuan")
quantity = declare(Type.QUANTITY)
price = declare(Type.PRICE, unit="yuan")
ratio = declare(Type.RATIO)
whole = declare(Type.WHOLE)
number = declare(Type.NUMBER)
flag = declare(Type.FLAG)
texts = declare(Type.TEXT_LIST)
