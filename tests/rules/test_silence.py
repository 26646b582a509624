"""Policy windows, exempt persons and suppressions: not applicable, counted, never a hit."""

from datetime import date

import pyarrow as pa
import pytest

from core.errors import Refused
from core.settings import RulesSettings
from rules_kb.compiler import Pack, judge
from rules_kb.library import read_library
from rules_kb.silence import COLUMNS, read_suppressions
from tests.claims import Claims, line

LIBRARY = read_library()
WOMEN_ONLY = "ZD03AAA0043010100166"


def judged(engine, claims, *rule_ids, **options):
    claims.register(engine)
    days = [date.fromordinal(date(2026, 1, 1).toordinal() + n) for n in range(365)]
    engine.register("judged_day", arrow=pa.table({"judged_day": [f"setl_date={day}" for day in days]}))
    settings = RulesSettings(active="all")
    rules = tuple((LIBRARY.rules[rule_id], False) for rule_id in rule_ids)
    pack = Pack(rules, settings, **options)
    (grain,) = pack.grains
    (name,) = judge(engine, pack, [grain])
    hits = engine.run(f"SELECT * FROM {name}").to_pylist()
    silenced = engine.run(f"SELECT * FROM silenced_{grain}").to_pylist()
    return {row["bkkp_sn"] for row in hits}, {row["bkkp_sn"]: row["silenced_by"] for row in silenced}


def world():
    claims = Claims()
    claims.person("A", psn_idet_type="09")
    claims.institution("H1")
    claims.settle("A", "H1", "2026-03-02", [line(WOMEN_ONLY, bkkp_sn="march")])
    claims.settle("A", "H1", "2026-06-02", [line(WOMEN_ONLY, bkkp_sn="june")])
    return claims


def region(tmp_path, table, row):
    head = (LIBRARY.folder.parent / "knowledge" / f"{table}.csv").read_text(encoding="utf-8").splitlines()[0]
    (tmp_path / f"{table}.csv").write_text(f"{head}\n{row}\n", encoding="utf-8")
    return tmp_path


def test_a_window_silences_with_its_document(duckdb_engine, tmp_path):
    row = "w1,990101,CLN-MED-004,epidemic,Z,11,,,疫情〔2026〕1号,示例,demo,2026-02-01,2026-03-31"
    folder = region(tmp_path, "policy_window", row)
    options = {"regional": folder, "region": "990101"}
    assert judged(duckdb_engine, world(), "drug_sex_limit", **options) == (
        {"june"},
        {"march": "疫情〔2026〕1号"},
    )
    assert judged(duckdb_engine, world(), "drug_sex_limit", regional=folder, region="110000")[1] == {}


def test_an_exempt_person_is_not_applicable(duckdb_engine, tmp_path):
    folder = region(
        tmp_path, "exempt_person_class", "*,veteran,09,CLN-MED-004,豁免〔2026〕1号,示例,demo,2026-05-01,"
    )
    hits, silenced = judged(duckdb_engine, world(), "drug_sex_limit", regional=folder)
    assert (hits, silenced) == ({"march"}, {"june": "豁免〔2026〕1号"})


def test_a_suppression_ends(duckdb_engine, tmp_path):
    file = tmp_path / "suppressions.csv"
    row = "s1,CLN-MED-004,institution,H1,,张三,接口映射错误,2026-01-01,2026-03-31"
    file.write_text(",".join(COLUMNS) + f"\n{row}\n", encoding="utf-8")
    hits, silenced = judged(duckdb_engine, world(), "drug_sex_limit", suppressions=file)
    assert (hits, silenced) == ({"june"}, {"march": "suppression:s1"})


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ("s1,CLN-MED-004,institution,H1,,,原因,2026-01-01,2026-03-31", "owner"),
        ("s1,CLN-MED-004,institution,H1,,张三,,2026-01-01,2026-03-31", "reason"),
        ("s1,CLN-MED-004,,,,张三,原因,2026-01-01,2026-03-31", "neither"),
        ("s1,CLN-MED-004,institution,H1,,张三,原因,2026-01-01,soon", "YYYY-MM-DD"),
    ],
)
def test_a_suppression_without_owner_reason_or_end_is_refused(tmp_path, row, word):
    file = tmp_path / "suppressions.csv"
    file.write_text(",".join(COLUMNS) + f"\n{row}\n", encoding="utf-8")
    with pytest.raises(Refused, match=word):
        read_suppressions(file)
