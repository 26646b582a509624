"""The other city keeps its promises: same seed same rows, identities of amounts, few planted parties, calibrated ordinary life."""

import hashlib
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from tests.bench.other_city import groups, life, stays
from tests.bench.other_city.city import City, make_city
from tests.bench.other_city.make import make_world
from tests.bench.other_city.pricing import price
from tests.bench.other_city.schemes import SCHEMES
from tests.bench.other_city.schemes.common import Plot

END = date(2026, 6, 30)
TABLES = [
    "psn_info_b",
    "psn_insu_d",
    "fixmedins_b",
    "medins_dr_b",
    "hilist_b",
    "mdtrt_d",
    "setl_d",
    "setl_fund_d",
    "fee_list_d",
    "setl_list_diag_d",
    "setl_list_oprn_d",
    "rx_d",
    "drug_trac_d",
    "drug_inv_d",
    "ltc_serv_d",
]
PARTS = ["fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_amt"]


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("other") / "world"
    make_world(out, insured=6000, days=90, seed=41, end=END)
    return out


def read(world: Path, table: str) -> pd.DataFrame:
    return pq.read_table(world / "landing" / f"{table}.parquet").to_pandas()


def money(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    return frame.assign(**{name: frame[name].astype(float) for name in columns})


def digest(world: Path) -> str:
    return hashlib.sha256(b"".join(file.read_bytes() for file in sorted(world.glob("*/*")))).hexdigest()


def test_same_seed_same_rows(world: Path, tmp_path: Path) -> None:
    make_world(tmp_path / "again", insured=6000, days=90, seed=41, end=END)
    make_world(tmp_path / "other", insured=6000, days=90, seed=42, end=END)
    assert digest(tmp_path / "again") == digest(world)
    assert digest(tmp_path / "other") != digest(world)


def test_every_table_is_there_and_keys_are_found(world: Path) -> None:
    rows = {table: read(world, table) for table in TABLES}
    assert all(len(frame) for frame in rows.values())
    for child, key, parent in [
        ("setl_d", "mdtrt_id", "mdtrt_d"),
        ("fee_list_d", "mdtrt_id", "mdtrt_d"),
        ("setl_list_diag_d", "mdtrt_id", "mdtrt_d"),
        ("mdtrt_d", "psn_no", "psn_info_b"),
        ("mdtrt_d", "fixmedins_code", "fixmedins_b"),
        ("rx_d", "psn_no", "psn_info_b"),
    ]:
        assert set(rows[child][key]) <= set(rows[parent][key]), (child, key)
    lines, settled = rows["fee_list_d"], set(rows["setl_d"].setl_id)
    assert set(lines.setl_id.dropna()) <= settled
    assert set(lines.init_feedetl_sn.dropna()) <= set(lines.bkkp_sn)
    assert lines.bkkp_sn.is_unique
    assert rows["setl_d"].setl_id.is_unique


def test_amounts_keep_the_identities(world: Path) -> None:
    parts = [
        "hifp_pay",
        "maf_pay",
        "fund_pay_sumamt",
        "psn_pay",
        "ownpay_hosp_part",
        "acct_pay",
        "cash_payamt",
    ]
    heads = money(read(world, "setl_d"), "medfee_sumamt", *PARTS, *parts)
    lines = money(read(world, "fee_list_d"), "cnt", "pric", "det_item_fee_sumamt", *PARTS)
    assert (heads.medfee_sumamt - heads[PARTS].sum(axis=1)).abs().max() < 0.005
    assert (
        heads.medfee_sumamt - heads.fund_pay_sumamt - heads.psn_pay - heads.ownpay_hosp_part
    ).abs().max() < 0.005
    assert (heads.psn_pay - heads.acct_pay - heads.cash_payamt).abs().max() < 0.005
    assert (heads.fund_pay_sumamt - heads.hifp_pay - heads.maf_pay).abs().max() < 0.005
    assert (lines.det_item_fee_sumamt - lines.cnt * lines.pric).abs().max() < 0.0101
    assert (lines.det_item_fee_sumamt - lines[PARTS].sum(axis=1)).abs().max() < 0.005
    sums = lines.dropna(subset="setl_id").groupby("setl_id")[["det_item_fee_sumamt", *PARTS]].sum()
    both = sums.join(heads.set_index("setl_id"), rsuffix="_head", how="outer")
    assert (both.det_item_fee_sumamt - both.medfee_sumamt).abs().max() < 0.005
    assert (both.inscp_amt - both.inscp_amt_head).abs().max() < 0.005
    back = heads[heads.refd_setl_flag == "1"]
    first = heads.set_index("setl_id").loc[back.init_setl_id]
    assert len(back)
    assert (back.medfee_sumamt.to_numpy() + first.medfee_sumamt.to_numpy() == 0).all()


def test_truth_names_rows_that_exist_and_few_parties(world: Path) -> None:
    schemes, events, seeming = (
        pd.read_csv(world / "truth" / f"{name}.csv", dtype=str) for name in ("scheme", "event", "lookalike")
    )
    lines = read(world, "fee_list_d")
    assert set(events.bkkp_sn) <= set(lines.bkkp_sn)
    assert set(events.scheme_id) <= set(schemes.scheme_id)
    planted = set(zip(schemes.party_type, schemes.party_id, strict=True))
    known = sum(len(read(world, table)) for table in ("psn_info_b", "fixmedins_b", "medins_dr_b"))
    assert 0 < len(planted) <= 0.005 * known
    assert not planted & set(zip(seeming.party_type, seeming.party_id, strict=True))
    assert (schemes.period_from <= schemes.period_to).all()


def ordinary_city(insured: int, days: int, seed: int) -> City:
    city = make_city(insured, days, seed, END)
    groups.plant_all(city)
    life.live(city)
    stays.ordinary(city)
    return city


@pytest.mark.parametrize("grade", [1, 5])
def test_every_scheme_leaves_lines_and_parties(grade: int) -> None:
    city = ordinary_city(6000, 120, 5)
    for code, scheme in SCHEMES.items():
        scheme(Plot(city, city.truth.scheme(code, grade), grade))
    lines = price(city).lines
    marked = {
        city.truth.schemes[story][0] for story in set(lines["story"][lines["bad"] > 0].tolist()) if story >= 0
    }
    named = {city.truth.schemes[row[0]][0] for row in city.truth.parties}
    assert marked == set(SCHEMES)
    assert named == set(SCHEMES)


# national bulletins 2025, employees / residents: visits per head and year, yuan
CALIBRATION = {
    ("310", "11"): (7.18, 242),
    ("390", "11"): (2.68, 113),
    ("310", "41"): (5.8, 96),
    ("310", "21"): (0.213, 11522),
    ("390", "21"): (0.208, 7339),
}


def test_ordinary_life_is_near_the_bulletins(tmp_path: Path) -> None:
    make_world(tmp_path, insured=12000, days=120, seed=3, end=END, kinds=[])
    heads = money(read(tmp_path, "setl_d"), "medfee_sumamt")
    heads = heads[heads.medfee_sumamt > 0]
    insured = read(tmp_path, "psn_insu_d").drop_duplicates("psn_no").insutype.value_counts()
    for (fund, kind), (visits, yuan) in CALIBRATION.items():
        own = heads[(heads.insutype == fund) & (heads.med_type == kind)]
        assert len(own) / insured[fund] * 365 / 120 == pytest.approx(visits, rel=0.3), (fund, kind)
        assert own.medfee_sumamt.mean() == pytest.approx(yuan, rel=0.3), (fund, kind)


def test_unknown_scheme_is_named(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="T99"):
        make_world(tmp_path, insured=2000, days=40, seed=1, end=END, kinds=["T99"])
