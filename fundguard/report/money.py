"""The money funnel of the judged days: settled → paid by the fund → hit → each line once → in leads."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from fundguard.report.tables import VALID, Tables, decimal

_LOST = "COALESCE(fund_amt, vola_amt, 0)"


@dataclass(frozen=True)
class Money:
    """Yuan of the days one run judged, stage post; counts beside. Each step is a part of the one before.

    `fund` is what the fund paid and the rules judged. From there on everything is what the fund lost if a
    hit stands: `hits` sums every hit (a line may be hit by several rules), `once` counts each fee line once
    at its largest hit, `in_leads` is what leads count from these hits, each yuan owned by one lead.
    `in_scope` is the amount of all hits before the fund's share is taken.
    """

    settled: Decimal
    fund: Decimal
    hits: Decimal
    in_scope: Decimal
    once: Decimal
    in_leads: Decimal
    n_settled: int
    n_persons: int
    n_providers: int
    n_hits: int
    n_lines_hit: int


def money(tables: Tables, units: Sequence[str]) -> Money:
    """Ask for the funnel. Needs `hit` and `lead_evidence` of the day on the engine; refunds are netted."""
    tables.units("setl_d", units, "report_setl")
    settled = tables.one(
        "SELECT SUM(medfee_sumamt) AS settled, SUM(fund_pay_sumamt) AS fund, "
        "COUNT(*) AS n_settled, COUNT(DISTINCT psn_no) AS n_persons, "
        f"COUNT(DISTINCT fixmedins_code) AS n_providers FROM report_setl WHERE {VALID}"
    )
    hits = tables.one(
        f"SELECT SUM({_LOST}) AS hits, SUM(vola_amt) AS in_scope, COUNT(*) AS n_hits "
        "FROM hit WHERE NOT shadow AND stage = 'post'"
    )
    once = tables.one(
        "SELECT SUM(l.amount) AS once, COUNT(*) AS n_lines_hit FROM ("
        f"SELECT COALESCE(bkkp_sn, setl_id, hit_id) AS line, MAX({_LOST}) AS amount "
        "FROM hit WHERE NOT shadow AND stage = 'post' GROUP BY COALESCE(bkkp_sn, setl_id, hit_id)) AS l"
    )
    leads = tables.one(
        "SELECT SUM(e.amount_counted) AS in_leads FROM lead_evidence AS e "
        "LEFT SEMI JOIN (SELECT hit_id FROM hit WHERE NOT shadow AND stage = 'post') AS h "
        "ON h.hit_id = e.ref_id WHERE e.kind = 'hit'"
    )
    found = settled | hits | once | leads
    yuan = ("settled", "fund", "hits", "in_scope", "once", "in_leads")
    counts = ("n_settled", "n_persons", "n_providers", "n_hits", "n_lines_hit")
    return Money(
        **{name: decimal(found[name]) for name in yuan},  # type: ignore[arg-type]
        **{name: int(found[name] or 0) for name in counts},  # type: ignore[arg-type]
    )
