"""Has the world moved under the models? Shares now against shares before, and how many of the first are false.

All counting is done on the engine; what comes back is a few dozen counts. The population stability index of
shares p now and q before is Σ (p − q) ln(p ÷ q), less what chance alone gives, (bins − 1)(1/n + 1/m), so that
few parties do not cry drift (Siddiqi 2006; Yurdakul 2018 for its bias). Warn from .1, stop the model at .25.
"""

import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from fundguard.report.findings import LEADS
from fundguard.report.tables import VALID, Tables
from models.outcomes import outcome_files
from models.ranker import FalseBound, false_bound

WARN, STOP = 0.1, 0.25
RECENT, EARLIER = timedelta(days=7), timedelta(days=35)
"""Whole weeks, so that weekends weigh alike: the last seven days against the four weeks before."""

FIRST = 50
SHOWN_K = 20
_P_EDGES = (0.01, 0.05, 0.1, 0.2, 0.5)
_YUAN_EDGES = (10, 30, 100, 300, 1_000, 3_000, 10_000)
_PARTIES = ("institution", "pharmacy", "doctor", "department")


def measure(tables: Tables) -> dict[str, Any]:
    """Everything of the drift section, as plain values for the manifest: see `psi`, `verdict`."""
    found = {**_scores(tables), **_features(tables)}
    worst = max(found.values(), default=0.0)
    return {
        "psi": {name: round(value, 4) for name, value in sorted(found.items())},
        "state": verdict(worst),
        "new_codes": _new_codes(tables),
        "churn": _churn(tables),
        "alerts": _alerts(tables),
    }


def psi(now: Mapping[Any, int], before: Mapping[Any, int]) -> float | None:
    """Stability index of two counts by bin, chance taken off; None where either side is empty."""
    n, m = sum(now.values()), sum(before.values())
    bins = sorted(set(now) | set(before), key=str)
    if not n or not m:
        return None
    total = 0.0
    for key in bins:
        # Half a count in an empty bin keeps the logarithm finite.
        p = (now.get(key, 0) or 0.5) / n
        q = (before.get(key, 0) or 0.5) / m
        total += (p - q) * math.log(p / q)
    return max(0.0, total - (len(bins) - 1) * (1 / n + 1 / m))


def verdict(value: float) -> str:
    """pass, warn (from .1) or stop (from .25: do not trust the model until somebody has looked)."""
    return "stop" if value >= STOP else "warn" if value >= WARN else "pass"


def false_in_first(tables: Tables, probabilities: list[float]) -> FalseBound:
    """At most so many of tonight's first 20 are false, with 90 % confidence; needs `lead_now`.

    Outcomes count where a case was decided and its lead had stood among the first 20 to investigate.
    """
    files = outcome_files(tables.warehouse.home)
    history = tables.history("lead") if files else None
    if not files or history is None:
        return false_bound(_array(probabilities), SHOWN_K)
    tables.engine.register("outcome", parquet=files)
    row = tables.one(
        "SELECT COUNT(*) AS n, rows_where(NOT o.confirmed) AS refuted FROM (SELECT lead_id, MAX(confirmed) AS confirmed "
        "FROM outcome WHERE confirmed IS NOT NULL GROUP BY lead_id) AS o LEFT SEMI JOIN (SELECT DISTINCT lead_id FROM "
        f"{history} WHERE queue = 'investigate' AND rank <= {SHOWN_K}) AS l ON l.lead_id = o.lead_id"
    )
    return false_bound(_array(probabilities), SHOWN_K, int(row["n"]), int(row["refuted"] or 0))


def _array(values: list[float]) -> Any:
    import numpy as np

    return np.asarray(values, dtype=np.float64)


def _scores(tables: Tables) -> dict[str, float]:
    """Each kind of party's p of the peers model against the run before."""
    tables.result("score")
    before, day = tables.before("score")
    if day is None:
        return {}
    now, then = (_p_bands(tables, name) for name in ("score", before))
    found = {f"score.{party}": psi(now.get(party, {}), then.get(party, {})) for party in _PARTIES}
    return {name: value for name, value in found.items() if value is not None}


def _p_bands(tables: Tables, relation: str) -> dict[str, dict[int, int]]:
    rows = tables.rows(
        f"SELECT party_type, band, COUNT(*) AS n FROM (SELECT party_type, {_band('p', _P_EDGES)} AS band FROM {relation} "
        "WHERE model = 'peers' AND p IS NOT NULL) AS b GROUP BY party_type, band"
    )
    found: dict[str, dict[int, int]] = {}
    for row in rows:
        found.setdefault(row["party_type"], {})[int(row["band"])] = int(row["n"])
    return found


def _band(column: str, edges: tuple[float, ...]) -> str:
    return (
        "CASE "
        + " ".join(f"WHEN {column} < {e} THEN {k}" for k, e in enumerate(edges))
        + f" ELSE {len(edges)} END"
    )


def _features(tables: Tables) -> dict[str, float]:
    """What the models read: kinds, insurance, amounts and hours of settlements; kinds and amounts of lines."""
    recent = tables.as_of - RECENT
    since = tables.as_of - EARLIER + timedelta(days=1)
    tables.landed("setl_d", since=since)
    tables.landed("fee_list_d", since=since)
    said = {
        ("setl_d", "setl_time"): {
            "med_type": "med_type",
            "insutype": "insutype",
            "medfee": _band("medfee_sumamt", _YUAN_EDGES),
            "hour": "hour_of(setl_time)",
        },
        ("fee_list_d", "fee_ocur_time"): {
            "charge_type": "part_of_text(med_chrgitm_type, 1, 2)",
            "line_amount": _band("det_item_fee_sumamt", _YUAN_EDGES),
        },
    }
    found: dict[str, float] = {}
    for (table, clock), columns in said.items():
        for name, text in columns.items():
            rows = tables.rows(
                f"SELECT bin, recent, COUNT(*) AS n FROM (SELECT {text} AS bin, CASE WHEN day_of({clock}) > DATE '{recent}' "
                f"THEN 1 ELSE 0 END AS recent FROM {table} WHERE {VALID} AND day_of({clock}) >= DATE '{since}') AS b "
                "GROUP BY bin, recent"
            )
            sides = [{r["bin"]: int(r["n"]) for r in rows if r["recent"] == side} for side in (1, 0)]
            value = psi(sides[0], sides[1])
            if value is not None:
                found[name] = value
    return found


def _new_codes(tables: Tables) -> dict[str, Any]:
    """Lines of the last week with a catalogue code that the four weeks before did not have; needs fee_list_d."""
    recent = tables.as_of - RECENT
    row = tables.one(
        "SELECT COUNT(*) AS n_line, rows_where(k.hilist_code IS NULL) AS n_new, "
        "COUNT(DISTINCT CASE WHEN k.hilist_code IS NULL THEN f.hilist_code END) AS n_code FROM fee_list_d AS f LEFT JOIN "
        f"(SELECT DISTINCT hilist_code FROM fee_list_d WHERE day_of(fee_ocur_time) <= DATE '{recent}') AS k "
        f"ON k.hilist_code = f.hilist_code WHERE {VALID} AND day_of(f.fee_ocur_time) > DATE '{recent}'"
    )
    lines = int(row["n_line"])
    share = round(int(row["n_new"] or 0) / lines, 4) if lines else None
    return {"share": share, "codes": int(row["n_code"] or 0)}


def _churn(tables: Tables) -> dict[str, Any]:
    """Jaccard of the first 50 to investigate, tonight and in the run before; needs `lead_now`."""
    before, day = tables.before("lead")
    if day is None:
        return {"jaccard": None, "before": None}

    def first(relation: str) -> set[str]:
        rows = tables.rows(
            f"SELECT lead_id FROM {relation} WHERE queue = 'investigate' AND rank <= {FIRST} "
            "AND COALESCE(status, '') <> 'gone'"
        )
        return {row["lead_id"] for row in rows}

    now, then = first(LEADS), first(before)
    both = len(now | then)
    return {"jaccard": round(len(now & then) / both, 4) if both else None, "before": str(day)}


def _alerts(tables: Tables) -> dict[str, Any]:
    """The largest shares of the day's hits: of one institution, and of one city; needs `hit`, `fixmedins_b`."""
    tables.landed("fixmedins_b")
    found: dict[str, Any] = {}
    for name, key in (("institution", "h.fixmedins_code"), ("city", "part_of_text(f.fix_blng_admdvs, 1, 4)")):
        rows = tables.rows(
            f"SELECT {key} AS place, COUNT(*) AS n FROM hit AS h LEFT JOIN fixmedins_b AS f "
            "ON f.fixmedins_code = h.fixmedins_code WHERE NOT h.shadow AND h.fixmedins_code IS NOT NULL "
            f"GROUP BY {key} ORDER BY n DESC, place"
        )
        total = sum(int(row["n"]) for row in rows)
        if total:
            found[name] = {
                "place": rows[0]["place"],
                "share": round(int(rows[0]["n"]) / total, 4),
                "places": len(rows),
            }
    return found
