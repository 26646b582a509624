"""The truth tables of the named functions hold on every engine."""

import hashlib
import hmac
from pathlib import Path

import pyarrow as pa
import yaml

from core.sql.functions import FUNCTIONS

CASES = yaml.safe_load((Path(__file__).parent / "functions.yaml").read_text(encoding="utf-8"))


def test_truth_tables(engine):
    """A case per column: plain expressions on one row, aggregates over the values 1 to 4."""
    engine.register("one", arrow=pa.table({"v": pa.array([1], pa.int64())}))
    engine.register("four", arrow=pa.table({"v": pa.array([1, 2, 3, 4], pa.int64())}))
    wrong = {}
    for relation, cases in (
        ("one", [case for case in CASES if "(v" not in case[0]]),
        ("four", [case for case in CASES if "(v" in case[0]]),
    ):
        columns = ", ".join(f"{expression} AS c{n}" for n, (expression, _) in enumerate(cases))
        (row,) = engine.run(f"SELECT {columns} FROM {relation}").to_pylist()
        got = [row[f"c{n}"] for n in range(len(cases))]
        wrong |= {
            expression: {"got": value, "want": want}
            for (expression, want), value in zip(cases, got, strict=True)
            if value != want
        }
    assert wrong == {}


def test_every_function_has_a_case():
    text = " ".join(expression for expression, _ in CASES)
    assert [name for name in FUNCTIONS if f"{name}(" not in text] == ["keyed_hash"]


def test_keyed_hash_is_hmac(engine):
    key = bytes(range(64))
    pads = {name: bytes(b ^ pad for b in key) for name, pad in (("inner_pad", 0x36), ("outer_pad", 0x5C))}
    engine.register(
        "keys", arrow=pa.table({name: pa.array([pad], pa.binary()) for name, pad in pads.items()})
    )
    got = engine.run(
        "SELECT keyed_hash('张三', inner_pad, outer_pad) AS t, keyed_hash(CAST(NULL AS STRING), inner_pad, outer_pad) AS n FROM keys"
    ).to_pylist()[0]
    assert got == {"t": hmac.new(key, "张三".encode(), hashlib.sha256).hexdigest()[:32], "n": None}
