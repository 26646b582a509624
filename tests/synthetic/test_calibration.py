"""The ordinary synthetic city against the national bulletin (docs/synthetic.md), within sampling error."""

from pathlib import Path

import duckdb
import pytest

from fundguard.synthetic.simulate import simulate

DAYS, INSURED = 60, 30_000
# figure, kind, employee or resident, target, relative tolerance
TARGETS = [
    ("per_head", "outpatient", "310", 7.18, 0.1),
    ("per_head", "outpatient", "390", 2.68, 0.1),
    ("cost", "outpatient", "310", 242, 0.15),
    ("cost", "outpatient", "390", 113, 0.15),
    ("per_head", "chronic", "310", 0.93, 0.25),
    ("per_head", "chronic", "390", 0.52, 0.25),
    ("cost", "chronic", "310", 608, 0.2),
    ("cost", "chronic", "390", 451, 0.2),
    ("per_head", "pharmacy", "310", 5.8, 0.1),
    ("cost", "pharmacy", "310", 96, 0.12),
    ("per_head", "stay", "310", 0.213, 0.2),
    ("per_head", "stay", "390", 0.208, 0.2),
    ("cost", "stay", "310", 11_522, 0.2),
    ("cost", "stay", "390", 7_339, 0.2),
    ("days", "stay", "310", 8.6, 0.12),
    ("days", "stay", "390", 8.6, 0.12),
    ("fund_share", "stay", "310", 0.841, 0.04),
    ("fund_share", "stay", "390", 0.66, 0.06),
    ("lines", "outpatient", "310", 5, 0.25),
    ("lines", "stay", "390", 120, 0.25),
]


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], dict[str, float]]:
    out: Path = tmp_path_factory.mktemp("ordinary")
    simulate(out, INSURED, DAYS, 3, schemes=[])
    landing = f"{out}/landing"
    sql = f"""
        WITH line AS (SELECT setl_id, count(*) AS lines FROM '{landing}/fee_list_d.parquet' GROUP BY setl_id),
        head AS (
            SELECT i.insutype AS insured, l.lines, s.medfee_sumamt AS cost, s.inscp_amt, s.fund_pay_sumamt,
                CASE WHEN s.med_type IN ('11', '13') THEN 'outpatient' WHEN s.med_type = '14' THEN 'chronic'
                     WHEN s.med_type = '41' THEN 'pharmacy' ELSE 'stay' END AS kind,
                CASE WHEN s.med_type IN ('21', '52') THEN s.enddate - s.begndate END AS days
            FROM (SELECT DISTINCT ON (setl_id) * FROM '{landing}/setl_d.parquet'
                  WHERE refd_setl_flag = '0' ORDER BY setl_id, updt_time DESC) AS s
            JOIN '{landing}/psn_insu_d.parquet' AS i USING (psn_no) JOIN line AS l USING (setl_id)),
        heads AS (SELECT insutype AS insured, count(*) AS heads FROM '{landing}/psn_insu_d.parquet' GROUP BY 1)
        SELECT kind, insured, count(*) * 365.0 / {DAYS} / any_value(heads) AS per_head, avg(cost) AS cost,
            avg(days) AS days, sum(fund_pay_sumamt)::DOUBLE / nullif(sum(inscp_amt), 0)::DOUBLE AS fund_share,
            median(lines) AS lines
        FROM head JOIN heads USING (insured) GROUP BY kind, insured"""
    rows = duckdb.execute(sql)
    names = [column[0] for column in rows.description]
    return {row[:2]: dict(zip(names[2:], row[2:], strict=True)) for row in rows.fetchall()}


@pytest.mark.parametrize("figure, kind, insured, target, tolerance", TARGETS)
def test_figure_is_near_its_target(
    figures: dict[tuple[str, str], dict[str, float]],
    figure: str,
    kind: str,
    insured: str,
    target: float,
    tolerance: float,
) -> None:
    assert float(figures[kind, insured][figure]) == pytest.approx(target, rel=tolerance)
