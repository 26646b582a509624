"""The HTML report: one file, nothing from outside, nothing executed from data, nobody named."""

import re
import time
from decimal import Decimal

import pytest

from fundguard.report import gather, page, write_report
from fundguard.report.distributions import funnel
from tests.report.world import AS_OF, RUN_ID, World, write_manifest, write_rows


@pytest.fixture(scope="module")
def html(world, duckdb_engine):
    path = write_report(world.home, RUN_ID, duckdb_engine)
    assert path == world.home / "docs" / "report-2026-06-30.html"
    return path.read_text(encoding="utf-8")


def test_nothing_from_outside(html):
    outside = re.findall(r"""(?:src|href|url\()\s*=?\s*["']?(?!#|data:)[a-z]+:?//[^"')\s]*""", html)
    assert outside == []
    assert "default-src 'none'" in html


def test_says_that_it_is_made_up_and_that_it_is_no_verdict(html):
    assert "合成数据" in html
    assert "线索不是结论" in html
    assert "A lead is not a verdict" in html


def test_real_claims_are_not_called_synthetic(built, duckdb_engine):
    write_manifest(built.home, synthetic=False)
    assert "合成数据" not in page(gather(built.home, RUN_ID, duckdb_engine, page=True))


def test_twenty_leads_with_what_an_investigator_needs(html, world):
    leads = sorted(
        (r for r in world.rows[("lead", f"run_date={AS_OF}")] if r["queue"] == "investigate"),
        key=lambda r: r["rank"],
    )
    cards = re.findall(r'<article class="lead" id="([^"]+)"', html)
    assert cards == [row["lead_id"] for row in leads[:20]]
    first = html[html.index("<article") : html.index("</article>")]
    for word in (
        "为什么排在这里",
        "其他解释，先排除",
        "现场收集",
        "计入本条",
        "《医疗保障基金使用监督管理条例》第38条第（3）项",
        "裁量基准（参考）",
        "示例〔2021〕3号",
        "与同类相比",
        "fee lists",
    ):
        assert word in first, word
    assert f"{leads[0]['amount_at_risk']:,.2f}" in first


def test_a_case_of_a_pattern_stands_beside_its_lead(html, world):
    cases = world.rows[("pattern_event", f"run_date={AS_OF}")]
    assert cases
    card = html.split('<article class="lead" id="LD00000000"')[1].split("</article>")[0]
    assert "短住院且多项迹象并存" in card
    assert "812.40" in card
    assert cases[0]["setl_id"] in card
    assert str(cases[0]["day"]) in card
    assert cases[0]["psn_no"] not in card


def test_shares_of_the_reasons_add_up(html):
    first = html[html.index("<article") : html.index("</article>")]
    shares = [int(text) for text in re.findall(r"<b>(\d+)%</b>", first)]
    assert abs(sum(shares) - 100) <= 2


def test_persons_are_masked_and_shadow_hits_unseen(html, world):
    assert not any(person in html for person in world.persons)
    assert "410…" in html
    shown = set(re.findall(r"L\d{6}-\d", html))
    seen = {hit["bkkp_sn"] for hit in world.hits if not hit["shadow"]}
    related = {sn for hit in world.hits for sn in hit["related_sn"]}
    assert shown <= seen | related


def test_a_shadow_hit_stays_unseen_even_where_evidence_names_it(built, duckdb_engine):
    unseen = next(hit for hit in built.hits if hit["shadow"])
    hits = [hit | {"reason_zh": "影子里的话" if hit is unseen else hit["reason_zh"]} for hit in built.hits]
    write_rows(built.home, "hit", f"run_date={AS_OF}", hits)
    lead = next(r for r in built.rows[("lead", f"run_date={AS_OF}")] if r["queue"] == "investigate")
    named = {"lead_id": lead["lead_id"], "family": "rule", "kind": "hit", "ref_id": unseen["hit_id"]}
    named |= {"bkkp_sn": unseen["bkkp_sn"], "amount_counted": lead["amount_at_risk"] * 10}
    rows = [*built.rows[("lead_evidence", f"run_date={AS_OF}")], named]
    write_rows(built.home, "lead_evidence", f"run_date={AS_OF}", rows)
    assert "影子里的话" not in page(gather(built.home, RUN_ID, duckdb_engine, page=True))


def test_gate_and_what_could_not_be_judged(html):
    assert "已与医院核实，次日重传（张 / 李）" in html
    assert "收费项目等级取值不在字典" in html
    assert "357 / 4,820 = 7.4%（≤ 5.0%）" in html
    assert "83 / 1,600 = 5.2%（≤ 5.0%）" in html
    assert "31 条候选" in re.sub(r"<[^>]+>", "", html).replace("条候选candidates", "条候选")
    assert "沉默不等于合规" in html


def test_the_agency_s_differences_stand_apart_from_leads(built, html, duckdb_engine):
    assert "经办核对" not in html, "nothing was compared, nothing is said"
    row = {"setl_id": "S7", "param": "deductible", "due_amt": Decimal(300), "found_amt": Decimal(500), "doc_no": "待遇〔2026〕1号"}  # fmt: skip
    row |= {
        "difference_amt": Decimal(200),
        "setl_date": AS_OF,
        "judged_day": f"setl_date={AS_OF}",
        "as_of": AS_OF,
    }
    write_rows(built.home, "benefit_check", f"run_date={AS_OF}", [row])
    text = page(gather(built.home, RUN_ID, duckdb_engine, page=True))
    told = text[text.index('id="agency"') : text.index('id="data"')]
    assert all(word in told for word in ("S7", "起付线", "200.00", "待遇〔2026〕1号", "不是对医药机构的线索"))


def test_hostile_text_stays_text(built, duckdb_engine):
    bad = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
    rows = [
        dict(row, party_name=bad, suggested_route=bad, scheme=bad, lead_id=f'"{bad}{n}')
        for n, row in enumerate(built.rows[("lead", f"run_date={AS_OF}")])
    ]
    write_rows(built.home, "lead", f"run_date={AS_OF}", rows)
    write_rows(
        built.home, "hit", f"run_date={AS_OF}", [dict(hit, reason_zh=bad, rule_id=bad) for hit in built.hits]
    )
    rings = [
        dict(r, path='{"zh": "<script>alert(3)</script>", "steps": []}', kind=bad)
        for r in built.rows[("ring", f"run_date={AS_OF}")]
    ]
    write_rows(built.home, "ring", f"run_date={AS_OF}", rings)
    text = page(gather(built.home, RUN_ID, duckdb_engine, page=True))
    assert "<script>alert" not in text
    assert "<img" not in text
    assert text.count("<script>") == 1


def test_bad_json_and_missing_values_still_make_a_page(built, duckdb_engine):
    empty = dict.fromkeys(
        (
            "party_name",
            "p_confirm",
            "amount_estimated",
            "effort_hours",
            "candidate_basis",
            "period_from",
            "stream",
            "checks",
        )
    )
    rows = [dict(row, **empty, reasons="not json") for row in built.rows[("lead", f"run_date={AS_OF}")]]
    write_rows(built.home, "lead", f"run_date={AS_OF}", rows)
    rings = [
        dict(row, path="{", p_chance=None, benign_tags=None)
        for row in built.rows[("ring", f"run_date={AS_OF}")]
    ]
    write_rows(built.home, "ring", f"run_date={AS_OF}", rings)
    text = page(gather(built.home, RUN_ID, duckdb_engine, page=True))
    assert text.count("<article") == 20
    assert ">None<" not in text


def test_an_empty_home_still_makes_a_page(fresh, duckdb_engine):
    fresh._providers()
    fresh._write()
    write_manifest(fresh.home, baseline=True, judged=[], jobs={})
    text = page(gather(fresh.home, RUN_ID, duckdb_engine, page=True))
    assert "基线批次：只建历史事实" in text
    assert "本晚未发现团伙" in text


def test_a_big_night_stays_a_small_file(tmp_path, duckdb_engine):
    home = World(tmp_path / "home", n_leads=160, n_hits=10_000).build().home
    started = time.perf_counter()
    path = write_report(home, RUN_ID, duckdb_engine)
    assert time.perf_counter() - started < 20
    assert path.stat().st_size < 3_000_000
    text = path.read_text(encoding="utf-8")
    assert text.count("<article") == 20
    assert "显示" in text


def test_written_whole_and_the_same_again(world, duckdb_engine, html):
    again = write_report(world.home, RUN_ID, duckdb_engine)
    assert again.read_text(encoding="utf-8") == html
    assert [p.name for p in again.parent.iterdir()] == [again.name]


@pytest.mark.spark
def test_spark_writes_the_same_page(world, duckdb_engine, spark_engine):
    pages = [page(gather(world.home, RUN_ID, engine, page=True)) for engine in (duckdb_engine, spark_engine)]
    assert pages[0] == pages[1]


def _row(nth, visits, paid, squared, group="g"):
    return {
        "party_id": f"H{nth}",
        "name": f"院{nth}",
        "peer_group": group,
        "p": 0.1,
        "visits": visits,
        "paid": paid,
        "squared": squared,
    }


def test_funnel_limits_from_known_spreads():
    # Every visit costs 50 or 150 in equal parts: mean 100, cv .5 (sample), no spread between places.
    rows = [_row(n, 100, 10_000.0, 50 * 50.0**2 + 50 * 150.0**2) for n in range(20)]
    found = funnel(rows)
    assert found is not None
    assert {point.ratio for point in found.points} == {1.0}
    assert found.per_visit == pytest.approx(0.5 * (100 / 99) ** 0.5)
    assert found.between == 0.0
    assert found.limit(100, 2) == pytest.approx(2 * found.per_visit / 10)


def test_funnel_shows_who_lies_above_and_needs_enough_points():
    rows = [_row(n, 400, 40_000.0, 400 * 12_500.0) for n in range(20)]
    rows.append(_row(99, 400, 120_000.0, 400 * 112_500.0))
    found = funnel(rows, frozenset({"H99"}))
    assert found is not None
    far = next(point for point in found.points if point.party_id == "H99")
    assert far.lead
    assert far.ratio > 1 + found.limit(far.visits, 3)
    assert funnel(rows[:8]) is None
    assert funnel([]) is None
