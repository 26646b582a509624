"""The loader gives exact types and refuses rows that do not fit, naming the cell."""

import time
from pathlib import Path

import pyarrow as pa
import pytest

from core.errors import Refused, UsageError
from rules_kb.knowledge import load, tables

HEADER = """
name: demo
zh: 示例
en: Example
kind: policy
unit: one code
key: [hilist_code]
source: test
licence: test
columns:
  - {name: hilist_code, type: text, zh: 编码, en: code, required: true}
  - {name: gend, type: text, zh: 性别, en: sex, values: ['1', '2']}
  - {name: cap, type: number, zh: 上限, en: cap}
  - {name: days, type: int, zh: 天, en: days}
  - {name: begndate, type: date, zh: 起, en: from, required: true}
  - {name: enddate, type: date, zh: 止, en: to}
"""
NAMES = "hilist_code,gend,cap,days,begndate,enddate\n"


def made(folder, body, header=HEADER):
    (folder / "demo.yaml").write_text(header, encoding="utf-8")
    (folder / "demo.csv").write_text(body, encoding="utf-8")
    return folder


def test_every_shipped_table_loads():
    assert len(tables()) >= 40
    for name in tables():
        load(name)


def test_exact_types(tmp_path):
    known = load("demo", made(tmp_path, NAMES + "0012,1,24.5,3,2025-01-01,\n"))
    types = [pa.string(), pa.string(), pa.decimal128(16, 4), pa.int64(), pa.date32(), pa.date32()]
    assert known.arrow.schema.types == types
    assert known.arrow["hilist_code"].to_pylist() == ["0012"]


def test_an_empty_table_keeps_its_types(tmp_path):
    assert load("demo", made(tmp_path, NAMES)).arrow.schema.field("cap").type == pa.decimal128(16, 4)


@pytest.mark.parametrize(
    "body, words",
    [
        ("a,1,1,x,2025-01-01,\n", ("row 1", "days", "[x]")),
        ("a,1,1,1,2025-13-01,\n", ("row 1", "begndate", "[2025-13-01]")),
        ("a,3,1,1,2025-01-01,\n", ("row 1", "gend", "[3]", "1, 2")),
        (",1,1,1,2025-01-01,\n", ("row 1", "hilist_code", "[]")),
        ("a,1,1,1,2025-01-01\n", ("row 1", "[5]")),
        ("a,1,1,1,2025-02-01,2025-01-01\n", ("row 1", "enddate", "[2025-01-01]")),
        ("a,1,1,1,2025-01-01,2025-03-31\na,2,1,1,2025-03-31,\n", ("rows 1 and 2", "[a]", "the day before")),
        ("a,1,1,1,2025-01-01,\na,2,1,1,2026-01-01,\n", ("rows 1 and 2", "[a]")),
    ],
)
def test_bad_rows_are_refused(tmp_path, body, words):
    with pytest.raises(Refused) as error:
        load("demo", made(tmp_path, NAMES + body))
    assert "demo.csv" in str(error.value)
    for word in words:
        assert word in str(error.value)


def test_neighbouring_days_are_no_overlap(tmp_path):
    body = "a,1,1,1,2025-01-01,2025-03-31\na,2,1,1,2025-04-01,\nb,1,1,1,2025-01-01,\n"
    assert len(load("demo", made(tmp_path, NAMES + body))) == 3


def test_unknown_key_in_a_header_is_refused(tmp_path):
    made(tmp_path, NAMES, HEADER + "colour: red\n")
    with pytest.raises(Refused, match=r"colour.*\[red\]"):
        load("demo", tmp_path)


def test_unknown_column_is_refused(tmp_path):
    made(tmp_path, NAMES.replace("cap", "kap"))
    with pytest.raises(Refused, match=r"\[kap\]"):
        load("demo", tmp_path)


def test_unknown_table():
    with pytest.raises(UsageError, match=r"\[nothing\]"):
        load("nothing")


def test_a_region_may_add_but_not_contradict(tmp_path):
    made(tmp_path, NAMES + "a,1,1,1,2025-01-01,\n")
    region = tmp_path / "region"
    region.mkdir()
    (region / "demo.csv").write_text(NAMES + "b,2,1,1,2025-01-01,\n", encoding="utf-8")
    assert len(load("demo", tmp_path, regional=region)) == 2
    (region / "demo.csv").write_text(NAMES + "a,2,1,1,2025-06-01,\n", encoding="utf-8")
    with pytest.raises(Refused, match=r"\[a\]"):
        load("demo", tmp_path, regional=region)


def test_250_000_points_load_fast(tmp_path):
    body = "".join(f"X{i:06d},1,24,{i % 90},2025-01-01,\n" for i in range(250_000))
    made(tmp_path, NAMES + body)
    start = time.perf_counter()
    assert len(load("demo", tmp_path)) == 250_000
    assert time.perf_counter() - start < 5  # seconds; measured well below 1


def test_every_table_stands_in_the_docs():
    text = (Path(__file__).parents[2] / "docs" / "knowledge.md").read_text(encoding="utf-8")
    assert [name for name in tables() if f"`{name}`" not in text] == []
