"""The simulated landing: identities, keys, seeds, truth. One small synthetic city serves them all."""

import hashlib
from datetime import date
from pathlib import Path

import duckdb
import pytest

from core.errors import UsageError
from core.schema.landing import LANDING
from fundguard.synthetic.simulate import simulate
from fundguard.synthetic.writers import TABLES


def _digest(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("city")
    simulate(out, 20_000, 40, 11)
    return out


@pytest.fixture(scope="module")
def rows(city: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    for table in TABLES:
        connection.execute(f"CREATE VIEW {table} AS SELECT * FROM '{city}/landing/{table}.parquet'")
    for name in ("scheme", "event", "lookalike"):
        connection.execute(
            f"CREATE VIEW {name} AS SELECT * FROM read_csv('{city}/truth/{name}.csv', all_varchar=true)"
        )
    return connection


def one(connection: duckdb.DuckDBPyConnection, sql: str):  # type: ignore[no-untyped-def]
    return connection.execute(sql).fetchone()[0]


def test_every_table_lands_with_the_declared_columns(city: Path, rows: duckdb.DuckDBPyConnection) -> None:
    for table in TABLES:
        names = [row[0] for row in rows.execute(f"DESCRIBE {table}").fetchall()]
        assert names == LANDING[table].names
        if table != "setl_list_oprn_d":
            assert one(rows, f"SELECT count(*) FROM {table}") > 0


@pytest.mark.parametrize("table", TABLES)
def test_required_columns_are_filled(rows: duckdb.DuckDBPyConnection, table: str) -> None:
    for column in LANDING[table]:
        if column.required:
            assert one(rows, f"SELECT count(*) FROM {table} WHERE {column.name} IS NULL") == 0, column.name


@pytest.mark.parametrize("table", TABLES)
def test_keys_are_unique_within_a_version(rows: duckdb.DuckDBPyConnection, table: str) -> None:
    key = ", ".join(LANDING[table].key)
    version = ", updt_time" if "updt_time" in LANDING[table].by_name else ""
    repeated = f"SELECT 1 FROM {table} GROUP BY {key}{version} HAVING count(*) > 1"
    assert one(rows, f"SELECT count(*) FROM ({repeated})") == 0


@pytest.mark.parametrize(
    "name, broken",
    [
        ("A1", "medfee_sumamt <> fulamt_ownpay_amt + overlmt_selfpay + preselfpay_amt + inscp_amt"),
        ("A2", "medfee_sumamt <> fund_pay_sumamt + psn_pay + ownpay_hosp_part"),
        ("A3", "psn_pay <> acct_pay + cash_payamt + acct_mulaid_pay"),
        ("A4", "fund_pay_sumamt <> hifp_pay + hifmi_pay + hifob_pay + maf_pay"),
        ("A11", "(init_setl_id IS NOT NULL) <> (refd_setl_flag = '1')"),
        ("A11 sign", "refd_setl_flag = '1' AND (medfee_sumamt > 0 OR psn_pay > 0 OR fund_pay_sumamt > 0)"),
        ("A15", "refd_setl_flag = '0' AND (fund_pay_sumamt < 0 OR fund_pay_sumamt > inscp_amt)"),
        ("A16", "begndate > enddate OR (enddate > CAST(setl_time AS DATE) AND vali_flag = '1')"),
    ],
)
def test_header_identities_hold_to_the_cent(rows: duckdb.DuckDBPyConnection, name: str, broken: str) -> None:
    assert one(rows, f"SELECT count(*) FROM setl_d WHERE {broken}") == 0, name


def test_line_identities_hold_to_the_cent(rows: duckdb.DuckDBPyConnection) -> None:
    sums = "fulamt_ownpay_amt + overlmt_selfpay + preselfpay_amt + inscp_amt"
    assert one(rows, f"SELECT count(*) FROM fee_list_d WHERE det_item_fee_sumamt <> {sums}") == 0
    product = "abs(det_item_fee_sumamt - cnt::DOUBLE * pric::DOUBLE) > 0.0051"
    assert one(rows, f"SELECT count(*) FROM fee_list_d WHERE {product}") == 0


def test_lines_sum_to_their_header_and_every_header_has_lines(rows: duckdb.DuckDBPyConnection) -> None:
    sql = """
        SELECT count(*)
        FROM (SELECT DISTINCT ON (setl_id) * FROM setl_d ORDER BY setl_id, updt_time DESC) AS s
        LEFT JOIN (SELECT setl_id, sum(det_item_fee_sumamt) AS det, sum(inscp_amt) AS scope
                   FROM fee_list_d GROUP BY setl_id) AS l USING (setl_id)
        WHERE l.det IS NULL OR l.det <> s.medfee_sumamt OR l.scope <> s.inscp_amt"""
    assert one(rows, sql) == 0


@pytest.mark.parametrize(
    "child, column, parent",
    [
        ("setl_d", "mdtrt_id", "mdtrt_d"),
        ("fee_list_d", "mdtrt_id", "mdtrt_d"),
        ("fee_list_d", "setl_id", "setl_d"),
        ("setl_fund_d", "setl_id", "setl_d"),
        ("setl_list_diag_d", "setl_id", "setl_d"),
        ("setl_list_oprn_d", "setl_id", "setl_d"),
        ("drug_trac_d", "setl_id", "setl_d"),
        ("drug_trac_d", "bkkp_sn", "fee_list_d"),
        ("mdtrt_d", "psn_no", "psn_info_b"),
        ("setl_d", "fixmedins_code", "fixmedins_b"),
        ("fee_list_d", "hilist_code", "hilist_b"),
        ("psn_insu_d", "psn_no", "psn_info_b"),
    ],
)
def test_foreign_keys_exist(rows: duckdb.DuckDBPyConnection, child: str, column: str, parent: str) -> None:
    known = f"SELECT {column} FROM {parent}"
    lost = f"SELECT 1 FROM {child} WHERE {column} IS NOT NULL AND {column} NOT IN ({known})"
    assert one(rows, f"SELECT count(*) FROM ({lost})") == 0


def test_noise_is_there(rows: duckdb.DuckDBPyConnection) -> None:
    for what in (
        "mdtrt_d WHERE inhosp_stas = '1'",
        "fee_list_d WHERE setl_id IS NULL",
        "setl_d WHERE refd_setl_flag = '1'",
        "fee_list_d WHERE init_feedetl_sn IS NOT NULL AND cnt < 0",
        "setl_d WHERE vali_flag = '0'",
        "fee_list_d WHERE bilg_dr_code = 'D000000000000'",
        "fee_list_d WHERE crte_time > fee_ocur_time + INTERVAL 1 DAY",
        "mdtrt_d WHERE refl_old_mdtrt_id IS NOT NULL",
        "mdtrt_d WHERE nwb_flag = '1'",
        "(SELECT setl_id FROM setl_d GROUP BY 1 HAVING count(*) > 1)",
    ):
        assert one(rows, f"SELECT count(*) FROM {what}") > 0, what


def test_truth_names_landed_parties_and_rows(rows: duckdb.DuckDBPyConnection) -> None:
    known = """SELECT psn_no AS id FROM psn_info_b UNION ALL SELECT fixmedins_code FROM fixmedins_b
               UNION ALL SELECT prac_psn_code FROM medins_dr_b"""
    for name in ("scheme", "lookalike"):
        assert one(rows, f"SELECT count(*) FROM {name} WHERE party_id NOT IN ({known})") == 0
    assert one(rows, "SELECT count(*) FROM event WHERE setl_id NOT IN (SELECT setl_id FROM setl_d)") == 0
    lost = "bkkp_sn IS NOT NULL AND bkkp_sn NOT IN (SELECT bkkp_sn FROM fee_list_d)"
    assert one(rows, f"SELECT count(*) FROM event WHERE {lost}") == 0
    assert one(rows, "SELECT count(*) FROM event WHERE scheme_id NOT IN (SELECT scheme_id FROM scheme)") == 0


def test_truth_stays_under_the_base_rate_and_spares_the_lookalikes(rows: duckdb.DuckDBPyConnection) -> None:
    parties = one(rows, "SELECT count(DISTINCT (party_type, party_id)) FROM scheme")
    everybody = sum(
        one(rows, f"SELECT count(*) FROM {t}") for t in ("psn_info_b", "fixmedins_b", "medins_dr_b")
    )
    assert parties / everybody <= 0.0075  # every scheme at least once in so small a city
    both = "SELECT count(*) FROM scheme JOIN lookalike USING (party_type, party_id)"
    assert one(rows, both) == 0


def test_same_seed_same_bytes_and_another_seed_other_rows(tmp_path: Path) -> None:
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        simulate(tmp_path / name, 2_000, 10, seed)
    first, again, other = (_digest(tmp_path / name) for name in ("a", "b", "c"))
    assert first == again
    assert first["landing/fee_list_d.parquet"] != other["landing/fee_list_d.parquet"]


def test_csv_holds_the_same_rows_as_parquet(tmp_path: Path) -> None:
    simulate(tmp_path / "p", 1_000, 6, 3, schemes=[])
    simulate(tmp_path / "c", 1_000, 6, 3, schemes=[], form="csv")
    for table in TABLES:
        parquet = f"SELECT * FROM '{tmp_path}/p/landing/{table}.parquet'"
        # The CSV must read back as the declared types without loss.
        types = {row[0]: row[1] for row in duckdb.sql(f"DESCRIBE {parquet}").fetchall()}
        csv = f"SELECT * FROM read_csv('{tmp_path}/c/landing/{table}.csv', header=true, columns={types})"
        for left, right in ((parquet, csv), (csv, parquet)):
            assert duckdb.sql(f"SELECT count(*) FROM ({left} EXCEPT ALL {right})").fetchall()[0][0] == 0, (
                table
            )


def test_ordinary_people_fetch_no_medicine_of_which_a_month_is_left(rows: duckdb.DuckDBPyConnection) -> None:
    """Supply by the first letters of the code (one medicine, whoever makes it), outside stays, of people in no scheme."""
    sql = """
        WITH fetched AS (
            SELECT psn_no, left(hilist_code, 11) AS medicine, fee_ocur_time::DATE AS day, sum(prd_days) AS supply
            FROM fee_list_d
            WHERE prd_days > 0 AND cnt > 0 AND med_type IN ('11', '13', '14', '41')
                AND psn_no NOT IN (SELECT party_id FROM scheme)
            GROUP BY ALL),
        held AS (
            SELECT sum(supply) OVER w - supply - (day - min(day) OVER w) AS at_hand
            FROM fetched WINDOW w AS (PARTITION BY psn_no, medicine ORDER BY day))
        SELECT count(*) FROM held WHERE at_hand > """
    assert one(rows, sql + "30") <= one(rows, sql + "-1000") / 1_000
    assert one(rows, sql + "90") == 0


def test_nothing_planted_leaves_only_headers(tmp_path: Path) -> None:
    simulate(tmp_path, 500, 3, 1, schemes=["none"])
    assert (tmp_path / "truth" / "event.csv").read_text().splitlines() == [
        "scheme_id,setl_id,bkkp_sn,vola_amt"
    ]


@pytest.mark.parametrize(
    "options, word",
    [
        ({"insured": 10}, "[10]"),
        ({"days": 0}, "[0]"),
        ({"grade": 9}, "[9]"),
        ({"form": "xml"}, "[xml]"),
        ({"schemes": ["T99"]}, "[T99]"),
    ],
)
def test_wrong_usage_names_the_value(tmp_path: Path, options: dict, word: str) -> None:
    arguments = {"insured": 500, "days": 2, "seed": 1, **options}
    with pytest.raises(UsageError) as caught:
        simulate(tmp_path, **arguments)
    assert word in str(caught.value)


def test_the_last_day_is_the_asked_one(tmp_path: Path) -> None:
    simulate(tmp_path, 800, 5, 1, end=date(2026, 3, 31), schemes=[])
    last = duckdb.sql(f"SELECT max(setl_time)::DATE FROM '{tmp_path}/landing/setl_d.parquet'").fetchall()[0][
        0
    ]
    assert last == date(2026, 3, 31)
