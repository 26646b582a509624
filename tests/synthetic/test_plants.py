"""Each rule plant, seen with the knowledge tables alone: events break the limit, near misses do not."""

from pathlib import Path

import duckdb
import pytest

from fundguard.synthetic.planting import registry
from fundguard.synthetic.simulate import simulate
from rules_kb.knowledge import load

# Lines that break a limit, written here from the documents (rules.md §6), not from any rule.
# A newborn on the mother's account is another patient; the sheet of services excepts children once.
_SEX = """SELECT l.bkkp_sn, l.setl_id FROM line AS l JOIN {} AS k USING (hilist_code)
    WHERE l.gend <> k.gend AND NOT l.newborn AND NOT (coalesce(k.except_text, '') = '儿童除外' AND l.age < 18)"""
BROKEN = {
    "CLN-MED-004": _SEX.format("drug_sex_limit"),
    "CLN-SVC-004": _SEX.format("service_sex_limit"),
    "EXT-017": _SEX.format("drug_sex_limit") + " AND l.gend = '1' AND l.med_type = '41'",
    "POL-MED-007": """SELECT l.bkkp_sn, l.setl_id FROM line AS l JOIN drug_age_limit AS k USING (hilist_code)
        WHERE k.limit_kind = 'children_payable' AND l.age > coalesce(k.age_max, 17)""",
    "POL-MED-012": """SELECT l.bkkp_sn, l.setl_id FROM line AS l JOIN drug_level_limit AS k USING (hilist_code)
        WHERE l.hosp_lv IN ('08', '09', '10', '14')
        AND NOT (k.first_prescription_only = 1 AND EXISTS (FROM line AS e WHERE e.psn_no = l.psn_no
            AND e.hilist_code = l.hilist_code AND e.day < l.day AND e.hosp_lv IN ('02', '05', '06')))""",
    "POL-MED-013": """SELECT l.bkkp_sn, l.setl_id FROM line AS l JOIN drug_setting_limit AS k USING (hilist_code)
        WHERE l.med_type NOT IN ('21', '52', '2105') AND NOT (k.emergency = 1 AND l.med_type = '13')""",
    "POL-SVC-012": """SELECT l.bkkp_sn, l.setl_id FROM line AS l
        JOIN service_repeat_charge AS k ON l.hilist_code = k.hilist_code
        JOIN line AS m ON m.hilist_code = k.main_code AND m.psn_no = l.psn_no AND CASE k."window"
            WHEN 'day' THEN m.day = l.day WHEN 'stay' THEN m.setl_id = l.setl_id
            WHEN '6h' THEN abs(epoch(m.fee_ocur_time) - epoch(l.fee_ocur_time)) <= 6 * 3600
            ELSE date_trunc('hour', m.fee_ocur_time) = date_trunc('hour', l.fee_ocur_time) END""",
    "POL-SVC-014": """SELECT max(bkkp_sn) AS bkkp_sn, max(setl_id) AS setl_id
        FROM line JOIN service_day_cap AS k USING (hilist_code)
        GROUP BY psn_no, hilist_code, line.day
        HAVING sum(cnt) > any_value(k.cap) * (1 + max(coalesce(datediff('day', serv_begntime, serv_endtime), 0)))""",
    "EXT-002": """SELECT max(bkkp_sn) AS bkkp_sn, setl_id FROM line JOIN setl_d AS s USING (setl_id)
        WHERE hilist_code = '001109000010000' GROUP BY setl_id
        HAVING sum(cnt) > greatest(any_value(s.enddate - s.begndate), 1)""",
    "EXT-005": "SELECT NULL AS bkkp_sn, setl_id FROM line WHERE day > death_date",
    "EXT-007": """SELECT max(bkkp_sn) AS bkkp_sn, max(setl_id) AS setl_id FROM drug_trac_d
        WHERE trdn_flag = '0' GROUP BY drug_trac_codg
        HAVING count(*) FILTER (event = 'sell') - count(*) FILTER (event = 'return') > 1""",
    "MGT-DAT-002": """SELECT NULL AS bkkp_sn, s.setl_id FROM setl_d AS s JOIN
        (SELECT setl_id, sum(det_item_fee_sumamt) AS det FROM fee_list_d GROUP BY setl_id) AS l USING (setl_id)
        WHERE abs(l.det - s.medfee_sumamt) > 0.05""",
}
KNOWLEDGE = (
    "drug_sex_limit service_sex_limit drug_age_limit drug_level_limit drug_setting_limit service_repeat_charge "
    "service_day_cap"
)


@pytest.fixture(scope="module", params=[1, 5])
def planted(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> duckdb.DuckDBPyConnection:
    from datetime import date

    out: Path = tmp_path_factory.mktemp("rules")
    simulate(out, 5_000, 60, 21, schemes=["rules"], grade=request.param)
    connection = duckdb.connect()
    for path in (out / "landing").glob("*.parquet"):
        connection.execute(f"CREATE VIEW {path.stem} AS SELECT * FROM '{path}'")
    for name in ("scheme", "event", "near_miss"):
        connection.execute(f"CREATE VIEW {name} AS FROM read_csv('{out}/truth/{name}.csv', all_varchar=true)")
    for name in KNOWLEDGE.split():
        connection.register(name, load(name).in_force(date(2026, 6, 30)))
    connection.execute("""
        CREATE TABLE line AS SELECT f.*, f.fee_ocur_time::DATE AS day, p.gend, p.death_date, x.hosp_lv,
            datesub('year', p.brdy, f.fee_ocur_time::DATE) AS age, m.nwb_flag = '1' AS newborn
        FROM fee_list_d AS f JOIN psn_info_b AS p USING (psn_no) JOIN fixmedins_b AS x USING (fixmedins_code)
        JOIN mdtrt_d AS m ON m.mdtrt_id = f.mdtrt_id
        WHERE f.cnt > 0 AND f.bkkp_sn NOT IN
            (SELECT init_feedetl_sn FROM fee_list_d WHERE init_feedetl_sn IS NOT NULL)
        QUALIFY row_number() OVER (PARTITION BY f.bkkp_sn ORDER BY m.updt_time DESC) = 1""")
    return connection


def test_there_is_a_plant_for_each_of_the_first_rules() -> None:
    first = ["MGT-ACT-001", "EXT-003", "EXT-004", "EXT-019", *BROKEN]
    assert {f"rule:{code}" for code in first} <= set(registry())


@pytest.mark.parametrize("code", sorted(BROKEN))
def test_events_break_the_limit_and_near_misses_do_not(planted: duckdb.DuckDBPyConnection, code: str) -> None:
    planted.execute(f"CREATE OR REPLACE TEMP TABLE broken AS {BROKEN[code]}")
    touched = """(t.bkkp_sn IN (SELECT bkkp_sn FROM broken WHERE bkkp_sn IS NOT NULL)
                  OR (t.bkkp_sn IS NULL AND t.setl_id IN (SELECT setl_id FROM broken)))"""
    events = f"""SELECT count(*), count(*) FILTER (WHERE {touched}) FROM event AS t
        WHERE scheme_id IN (SELECT scheme_id FROM scheme WHERE scheme = 'rule:{code}')"""
    total, broken = planted.execute(events).fetchone()  # type: ignore[misc]
    assert total > 0
    assert broken == total
    near = (
        f"SELECT count(*), count(*) FILTER (WHERE {touched}) FROM near_miss AS t WHERE rule_code = '{code}'"
    )
    total, broken = planted.execute(near).fetchone()  # type: ignore[misc]
    assert total > 0
    assert broken == 0


def test_every_scheme_and_grade_leaves_events(tmp_path: Path) -> None:
    codes = [code for code in registry() if code.startswith("T")]
    for grade in (1, 5):
        simulate(tmp_path / str(grade), 6_000, 45, 9, schemes=codes, grade=grade)
        rows = f"FROM read_csv('{tmp_path}/{grade}/truth/scheme.csv', all_varchar=true)"
        found = {row[0] for row in duckdb.sql(f"SELECT DISTINCT scheme {rows}").fetchall()}
        assert found == set(codes)
        empty = duckdb.sql(f"SELECT count(*) {rows} WHERE fund_amt::DOUBLE < 0 OR period_from > period_to")
        assert empty.fetchall()[0][0] == 0
