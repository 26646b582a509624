"""The 日报: fits a duty log, says what the tables say, whatever the night brought."""

import json
from decimal import Decimal

import pytest

from core.errors import UsageError
from fundguard.casework.words import Words, cut, pad, share, short_id, short_yuan, width
from fundguard.report import daily_text
from tests.report.world import AS_OF, BEFORE, RUN_ID, write_manifest


def _hits(world):
    return [hit for hit in world.hits if not hit["shadow"] and hit["stage"] == "post"]


def _fits(text):
    lines = text.splitlines()
    assert len(lines) <= 40
    assert max(map(width, lines)) <= 100


def test_fits_and_names_what_a_duty_officer_needs(world, duckdb_engine):
    text = daily_text(world.home, RUN_ID, duckdb_engine)
    _fits(text)
    for word in (
        "引擎 duckdb",
        RUN_ID,
        "示范市",
        "合成数据",
        str(AS_OF),
        "setl_d 结算信息",
        "类型不符 4",
        "report-2026-06-30.html",
    ):
        assert word in text, word
    assert "通过 9，警告 1，停 0，放行 1" in text
    assert "已与医院核实，次日重传（张 / 李）" in text
    assert f"与 {BEFORE} 相比" in text


def test_money_is_that_of_the_tables(world, duckdb_engine):
    text = daily_text(world.home, RUN_ID, duckdb_engine)
    settled = sum(r["medfee_sumamt"] for (t, _), rows in world.rows.items() if t == "setl_d" for r in rows)
    hit_ids = {hit["hit_id"] for hit in _hits(world)}
    counted = sum(
        (row["amount_counted"] for (t, _), rows in world.rows.items() if t == "lead_evidence" for row in rows if row["ref_id"] in hit_ids),
        Decimal(0),
    )  # fmt: skip
    lost = sum((hit["fund_amt"] for hit in _hits(world)), Decimal(0))
    assert f"结算 {short_yuan(settled).zh}" in text
    assert f"命中涉及基金 {short_yuan(lost).zh}" in text
    assert f"计入线索 {counted:,.2f} 元" in text


def test_shadow_rules_are_shown_to_nobody(world, duckdb_engine):
    text = daily_text(world.home, RUN_ID, duckdb_engine)
    unseen = [hit for hit in world.hits if hit["shadow"]]
    assert unseen
    assert f"四 命中 hits  {len(world.hits) - len(unseen)} 条" in text


def test_top_leads_stand_in_their_order(world, duckdb_engine):
    text = daily_text(world.home, RUN_ID, duckdb_engine)
    leads = [r for r in world.rows[("lead", f"run_date={AS_OF}")] if r["queue"] == "investigate"]
    places = [text.index(f"{row['party_name']}") for row in sorted(leads, key=lambda r: r["rank"])[:5]]
    assert places == sorted(places)


def test_gone_leads_are_gone(built, duckdb_engine):
    """A lead that is only there to say it is gone is no lead of tonight, and counts as gone once."""
    from tests.report.world import write_rows

    rows = built.rows[("lead", f"run_date={AS_OF}")]
    last = [dict(row, status="gone") if row["queue"] == "explore" else row for row in rows]
    write_rows(built.home, "lead", f"run_date={AS_OF}", last)
    said_before = dict(rows[0], lead_id="LD77777777", status="gone")
    write_rows(built.home, "lead", f"run_date={BEFORE}", [*rows, said_before])
    text = daily_text(built.home, RUN_ID, duckdb_engine)
    explored = sum(row["queue"] == "explore" for row in rows)
    assert explored > 0
    assert f"不再出现 {explored}" in text
    assert "探索队列 0 条" in text


def test_a_first_night_a_baseline_and_an_empty_home(fresh, duckdb_engine):
    fresh._providers()
    fresh._write()
    write_manifest(fresh.home, baseline=True, judged=[], jobs={})
    text = daily_text(fresh.home, RUN_ID, duckdb_engine)
    _fits(text)
    assert "本次未入库" in text
    assert "基线批次不出线索" in text
    assert "首次出线索" in text
    assert "未判定新的日期" in text


def test_stays_on_one_screen_whatever_comes(built, duckdb_engine):
    content = json.loads((built.home / "runs" / RUN_ID / "manifest.json").read_text(encoding="utf-8"))
    table = content["jobs"]["ingest"]["tables"]["setl_d"]
    table |= {
        "rows_in": 10**12,
        "refused": dict.fromkeys(("unreadable", "missing", "cast", "duplicate", "orphan"), 10**10),
    }
    content["jobs"]["ingest"]["tables"] = {
        f"{name}": table for name in ("setl_d", "fee_list_d", *(f"表{n}" * 20 for n in range(30)))
    }
    content["jobs"]["ingest"]["gate"] = [
        {"check": "长" * 200, "table": "x", "verdict": "stop", "says": "说" * 300}
    ] * 50
    content["jobs"]["ingest"]["notes"] = ["注" * 300] * 20
    content["jobs"]["check"]["not_evaluable"] = [
        {"rule_id": f"规{n}" * 40, "candidates": 10**9} for n in range(50)
    ]
    content["error"] = "错" * 300
    write_manifest(built.home, **{k: v for k, v in content.items() if k != "run_id"})
    _fits(daily_text(built.home, RUN_ID, duckdb_engine))


def test_an_unknown_run_says_where_to_look(world, duckdb_engine):
    with pytest.raises(UsageError, match=r"\[no-such-run\]"):
        daily_text(world.home, "no-such-run", duckdb_engine)


@pytest.mark.spark
def test_spark_says_the_same(world, duckdb_engine, spark_engine):
    assert daily_text(world.home, RUN_ID, spark_engine) == daily_text(world.home, RUN_ID, duckdb_engine)


@pytest.mark.parametrize(
    "text, columns, expected",
    [("abc", 3, "abc"), ("abcd", 3, "ab…"), ("医保基金", 5, "医保…"), ("医保", 4, "医保")],
)
def test_cut_counts_wide_characters_twice(text, columns, expected):
    assert cut(text, columns) == expected
    assert width(pad(text, columns + 3)) == columns + 3


@pytest.mark.parametrize(
    "amount, zh, en",
    [(None, "–", "–"), ("12.3", "12 元", "¥12"), ("123456.78", "12.3 万元", "¥123.5 k"), ("-250000", "-25.0 万元", "¥-250.0 k"), ("1234567890", "12.35 亿元", "¥1,234.57 M")],
)  # fmt: skip
def test_short_yuan(amount, zh, en):
    assert short_yuan(amount) == Words(zh, en)


def test_identities_of_persons_are_masked():
    assert short_id("410102199001011234", person=True) == "410…234"
    assert short_id("H41010000001") == "H41010000001"
    assert share(1, 3) == "33%"
    assert share(1, 0) == "–"


def test_what_was_hidden_is_said_by_week(built, duckdb_engine):
    content = json.loads((built.home / "runs" / RUN_ID / "manifest.json").read_text(encoding="utf-8"))
    content["jobs"]["check"]["silenced"] = [
        {"rule_id": "drug_sex_limit", "silenced_by": "suppression:s1", "week": "2026-06-22", "candidates": 7, "vola_amt": "70.00"},
        {"rule_id": "drug_supply_limit", "silenced_by": "长期处方〔2026〕1号", "week": "2026-06-22", "candidates": 9, "vola_amt": None},
    ]  # fmt: skip
    write_manifest(built.home, **{k: v for k, v in content.items() if k != "run_id"})
    text = daily_text(built.home, RUN_ID, duckdb_engine)
    assert "压制 7 条，政策窗口 9 条；最多 suppression:s1 2026-06-22 当周 7 条" in text
    _fits(text)
