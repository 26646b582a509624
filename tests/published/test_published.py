"""One night over claims built from the published points and pitfalls gives what the documents say."""

from datetime import date
from decimal import ROUND_HALF_UP

import pytest

from tests.published.book import CENT
from tests.published.measure import differences, make, night, table
from tests.published.points import codes, dropped, pairs, rows, shared

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(
        shared() is None, reason="the reference data (shared/data/two_libraries) is absent here"
    ),
]


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    book = make()
    return book, night(book, tmp_path_factory.mktemp("published"))


@pytest.fixture(scope="module")
def measured(judged):
    book, hits = judged
    return table(book.cases, differences(book.cases, hits))


def test_nothing_differs_from_what_the_documents_say(judged):
    book, hits = judged
    assert [" | ".join(row) for row in differences(book.cases, hits)] == []


def test_pooled_recall_and_silence(measured):
    wanted, found = (sum(row[name] for row in measured.values()) for name in ("wanted", "found"))
    silences, kept = (sum(row[name] for row in measured.values()) for name in ("silences", "kept"))
    assert (wanted > 1400, silences > 2400) == (True, True)
    assert found / wanted >= 0.99
    assert kept / silences >= 0.99


def test_no_rule_falls_below(measured):
    low = {
        rule: row
        for rule, row in measured.items()
        if row["found"] < 0.95 * row["wanted"] or row["kept"] < 0.95 * row["silences"]
    }
    assert low == {}


def test_hits_say_what_the_contract_asks(judged):
    """Line, day and money are of one another; nothing unverified is called a violation."""
    book, hits = judged
    lines = {row["bkkp_sn"]: row for row in book.rows["fee_list_d"]}
    headers = {row["setl_id"]: row for row in book.rows["setl_d"]}
    for hit in hits:
        who = f"{hit['rule_code']} {hit['bkkp_sn'] or hit['mdtrt_id']}"
        assert hit["result"] in ("violation", "suspect", "indicator"), who
        assert hit["verified"] or hit["result"] != "violation", who
        assert hit["stage"] == ("in" if hit["setl_date"] is None else "post"), who
        assert hit["related_sn"] == sorted(hit["related_sn"] or []), who
        if hit["bkkp_sn"] is not None:
            line = lines[hit["bkkp_sn"]]
            assert (hit["setl_id"], hit["mdtrt_id"]) == (line["setl_id"], line["mdtrt_id"]), who
            assert str(hit["service_date"]) == line["fee_ocur_time"][:10], who
        header = headers.get(hit["setl_id"])
        if header is not None and hit["vola_amt"] is not None and header["inscp_amt"]:
            share = header["fund_pay_sumamt"] / header["inscp_amt"] if header["hi_paymtd"] == "1" else 0
            assert hit["fund_amt"] == (hit["vola_amt"] * share).quantize(CENT, ROUND_HALF_UP), who


def test_the_raw_files_are_read_as_published():
    """Counts of the official announcements, so that a fault of the reader cannot hide one of the product."""
    first = {"药品区分性别使用": 6472, "药品儿童专用": 4370, "药品限儿童使用": 28, "药品限就医方式": 736}
    for rule_class, count in first.items():
        published = [row for row in rows(rule_class) if row["batch_tag"] in ("batch_01", "batch_04")]
        assert len({code for row in published for code in row["med_codes"]}) == count, rule_class
    assert len(pairs()) > 880
    assert {code.last for code in dropped("药品限支付疗程") if "帕妥珠" in code.name} == {date(2026, 1, 27)}
    assert any(code.first == date(2026, 1, 28) for code in codes("药品限就医方式"))
