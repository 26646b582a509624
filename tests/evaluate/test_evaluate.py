"""Figures of `evaluate` on a small hand-made run, each computed by hand."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.errors import UsageError
from fundguard.evaluate import evaluate
from fundguard.evaluate_labels import evaluate_labels

RUN = "2026-06-30"
SCHEME = """scheme_id,scheme,grade,party_type,party_id,role,period_from,period_to,fund_amt
S1,T06,1,institution,H1,main,2026-06-01,2026-06-20,300.00
S1,T06,1,person,p1,member,2026-06-01,2026-06-20,300.00
S1,T06,1,person,p2,member,2026-06-01,2026-06-20,300.00
S1,T06,1,person,p3,member,2026-06-01,2026-06-20,300.00
S2,T03,5,institution,H2,main,2026-05-01,2026-05-10,80.00
S3,rule:POL-SVC-014,1,institution,H3,main,2026-06-01,2026-06-02,20.00
"""
EVENT = """scheme_id,setl_id,bkkp_sn,vola_amt
S1,s1,,300.00
S2,s2,,80.00
S3,s3,b3,10.00
S3,s4,b4,10.00
"""
NEAR = """rule_code,setl_id,bkkp_sn
POL-SVC-014,s8,b8
POL-SVC-014,s7,b7
"""
LOOKALIKE = """kind,party_type,party_id
dialysis,person,p9
household,person,p1
"""


def _write(home: Path, table: str, partition: str, rows: list[dict]) -> None:
    folder = home / "warehouse" / table / partition
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows), folder / "part.parquet")


def _lead(rank: int, party_type: str, party_id: str, scheme: str, start: str, end: str) -> dict:
    return {
        "queue": "investigate",
        "rank": rank,
        "lead_id": f"L{rank}",
        "scheme": scheme,
        "party_type": party_type,
        "party_id": party_id,
        "period_from": start,
        "period_to": end,
    }


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    folder = tmp_path / "sim" / "truth"
    folder.mkdir(parents=True)
    for name, text in (("scheme", SCHEME), ("event", EVENT), ("lookalike", LOOKALIKE), ("near_miss", NEAR)):
        (folder / f"{name}.csv").write_text(text)
    return folder.parent


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    leads = [
        _lead(1, "institution", "H1", "T06", "2026-06-10", "2026-06-30"),
        _lead(2, "institution", "H2", "T03", "2026-06-10", "2026-06-30"),  # right party, another period
        _lead(3, "person", "p9", "T08", "2026-06-10", "2026-06-30"),
        _lead(4, "person", "p2", "T06", "2026-06-01", "2026-06-30"),
        {**_lead(1, "institution", "H3", "rule:POL-SVC-014", "2026-06-01", RUN), "queue": "recover"},
    ]
    _write(home, "lead", f"run_date={RUN}", leads)
    _write(home, "lead", "run_date=2026-06-29", leads[:1])
    _write(home, "ring", f"run_date={RUN}", [{"ring_id": "a", "score": 0.9}, {"ring_id": "b", "score": 0.5}])
    members = [("a", "x"), ("a", "y"), ("b", "p1"), ("b", "p2"), ("b", "z")]
    _write(
        home,
        "ring_member",
        f"run_date={RUN}",
        [{"ring_id": ring, "party_type": "person", "party_id": person} for ring, person in members],
    )
    hit = {
        "rule_code": "POL-SVC-014",
        "party_type": "institution",
        "party_id": "H3",
        "related_sn": [],
        "shadow": False,
    }
    _write(
        home,
        "hit",
        "run_date=2026-06-29",
        [{**hit, "setl_id": "gone", "bkkp_sn": "gone", "judged_day": "setl_date=2026-06-02"}],
    )
    _write(
        home,
        "hit",
        f"run_date={RUN}",
        [
            {**hit, "setl_id": "s3", "bkkp_sn": "b3", "judged_day": "setl_date=2026-06-02"},
            {**hit, "setl_id": "s8", "bkkp_sn": "b8", "judged_day": "setl_date=2026-06-02"},
            {**hit, "setl_id": "s9", "bkkp_sn": "b9", "judged_day": "setl_date=2026-06-02", "shadow": True},
        ],
    )
    claims = [("p1", "H1", 9.0), ("p2", "H1", 5.0), ("p3", "H2", 4.0), ("p9", "H3", 3.0), ("p7", "P4", 50.0)]
    _write(
        home,
        "setl_d",
        "setl_date=2026-06-02",
        [{"psn_no": p, "fixmedins_code": h, "fund_pay_sumamt": m, "medfee_sumamt": m} for p, h, m in claims],
    )
    _write(home, "fee_list_d", "setl_date=2026-06-02", [{"bilg_dr_code": "D1", "inscp_amt": 2.0}])
    _write(
        home,
        "fixmedins_b",
        "",
        [
            {"fixmedins_code": c, "fixmedins_type": "2" if c == "P4" else "1"}
            for c in ("H1", "H2", "H3", "P4")
        ],
    )
    return home


def test_a_lead_is_true_when_party_and_period_agree(truth: Path, home: Path) -> None:
    result = evaluate(truth, home)
    assert result["run_date"] == RUN
    assert result["p_at_20"] == 2 / 20
    assert result["p_at_100"] == result["list"]["p_at_100"] == 2 / 100
    # Six true parties (H1 p1 p2 p3 H2 H3) among ten with a claim.
    assert result["parties"] == 10
    assert result["lift_at_100"] == round(0.02 / 0.6, 2)
    assert result["money_recall_at_100"] == round(300 / 400, 4)
    assert result["lookalikes_in_top_100"] == 1  # p9; p1 is in a scheme and no look-alike


def test_schemes_are_found_through_any_party_of_the_first_hundred(truth: Path, home: Path) -> None:
    rows = {row["scheme"]: row for row in evaluate(truth, home)["schemes"]}
    assert rows["T06"] == {
        "scheme": "T06",
        "grade": 1,
        "planted": 1,
        "found": 1,
        "precision": 1.0,
        "recall": 1.0,
        "money_recall": 1.0,
    }
    assert (rows["T03"]["found"], rows["T03"]["precision"], rows["T03"]["money_recall"]) == (0, 0.0, 0.0)


def test_a_ring_needs_half_its_persons_and_two_fifths_of_the_scheme(truth: Path, home: Path) -> None:
    assert evaluate(truth, home)["rings"] == {"p_at_20": 1 / 20, "recall": 1.0}


def test_rules_count_present_hits_that_are_not_shadow(truth: Path, home: Path) -> None:
    assert evaluate(truth, home)["rules"] == [
        {
            "rule_code": "POL-SVC-014",
            "planted": 2,
            "hits": 2,
            "precision": 0.5,
            "recall": 0.5,
            "near_misses": 2,
            "near_miss_hits": 1,
        }
    ]


def test_an_indicator_without_a_settlement_is_compared_by_party(truth: Path, home: Path) -> None:
    """Two schemes of one indicator; the hits name the first one's institution and an honest one."""
    with (truth / "truth" / "scheme.csv").open("a") as file:
        file.write("S4,rule:MGT-IDX-001,1,institution,H2,main,2026-06-01,2026-06-30,0.00\n")
        file.write("S5,rule:MGT-IDX-001,1,institution,H1,main,2026-06-01,2026-06-30,0.00\n")
    with (truth / "truth" / "event.csv").open("a") as file:
        file.write("S4,s20,,50.00\nS4,s21,,50.00\nS4,s22,,50.00\nS5,s23,,50.00\n")
    hit = {"rule_code": "MGT-IDX-001", "party_type": "institution", "setl_id": None, "bkkp_sn": None}
    day = {"related_sn": [], "shadow": False, "judged_day": "setl_date=2026-06-30"}
    rows = [{**hit, **day, "party_id": party} for party in ("H2", "H3")]
    folder = home / "warehouse" / "hit" / f"run_date={RUN}"
    pq.write_table(pa.Table.from_pylist(rows), folder / "indicator.parquet")
    found = {row["rule_code"]: row for row in evaluate(truth, home)["rules"]}["MGT-IDX-001"]
    assert (found["planted"], found["hits"]) == (4, 2)
    assert (found["precision"], found["recall"]) == (0.5, 0.75)


def test_truth_of_the_contract_alone_is_enough(truth: Path, home: Path) -> None:
    (truth / "truth" / "near_miss.csv").unlink()
    assert evaluate(truth, home)["rules"][0]["near_misses"] == 0


def test_naive_orders_stand_beside(truth: Path, home: Path) -> None:
    naive = evaluate(truth, home)["naive"]
    assert naive["by_money"]["p_at_20"] == 6 / 20
    assert naive["by_hits"]["p_at_100"] == 1 / 100
    assert naive["random"]["p_at_50"] == 0.6


def test_nothing_planted_gives_null(truth: Path, home: Path) -> None:
    for name, text in (("scheme", SCHEME), ("event", EVENT)):
        (truth / "truth" / f"{name}.csv").write_text(text.splitlines()[0] + "\n")
    result = evaluate(truth, home)
    assert result["p_at_100"] is None
    assert result["lift_at_100"] is None
    assert result["rings"] == {"p_at_20": None, "recall": None}
    assert (result["schemes"], result["rules"]) == ([], [])
    assert result["naive"]["random"]["p_at_100"] is None
    assert result["lookalikes_in_top_100"] == 1  # p9; p1 does not lead


def test_an_older_run_can_be_asked(truth: Path, home: Path) -> None:
    assert evaluate(truth, home, "2026-06-29")["p_at_100"] == 1 / 100


def test_wrong_folders_are_named(truth: Path, home: Path, tmp_path: Path) -> None:
    for arguments, word in (
        ((tmp_path / "no", home, None), "no such folder"),
        ((tmp_path, home, None), "has no lookalike.csv"),
        ((truth, tmp_path, None), "holds no leads"),
        ((truth, home, "2020-01-01"), "[2020-01-01]"),
    ):
        with pytest.raises(UsageError) as caught:
            evaluate(*arguments)
        assert word in str(caught.value)


def test_labels_rank_providers_by_each_model_and_by_amount(home: Path, tmp_path: Path) -> None:
    rows = [("H1", 0.9), ("H2", 0.8), ("H3", 0.1)]
    _write(
        home,
        "score",
        f"run_date={RUN}",
        [{"party_type": "institution", "party_id": p, "model": "peers", "score": s} for p, s in rows],
    )
    labels = tmp_path / "train.csv"
    labels.write_text("Provider,PotentialFraud\nH1,Yes\nH2,Yes\nH3,No\nP4,No\nH99,Yes\n")
    result = evaluate_labels(labels, home)
    assert (result["providers"], result["positives"]) == (4, 2)  # H99 has no claim
    assert result["models"]["peers"] == {"auc": 1.0, "ap": 1.0, "p_at_5_percent": 1.0}
    assert result["by_amount"]["p_at_5_percent"] == 0.0  # the pharmacy billed most
