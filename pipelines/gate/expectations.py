"""Great Expectations judges: a profile's one wide row, or the rows themselves on Spark.

Its contexts live in memory, its telemetry is off, and its own pages (which load from the net) are not used.
"""

import logging
import os
import sys
import warnings
from functools import cache
from typing import Any

from pipelines.gate.measure import profiles
from pipelines.gate.suites import REFUSED, Check

os.environ["GX_ANALYTICS_ENABLED"] = "false"


def judge_profile(
    engine: Any, batches: dict[str, str], suites: dict[str, list[Check]], money: dict[str, float]
) -> dict[str, list[dict[str, Any]]]:
    """Per table and check: success, unexpected, total, share.

    The engine measures the batches in one pass (one wide row each). Laid down as one row per check, all tables
    are judged by one expectation: every share within its limit. (An expectation costs some 50 ms of
    bookkeeping whatever it looks at; a night has some two hundred checks.)
    """
    import pandas as pd

    rows: list[dict[str, Any]] = []
    profiled = profiles(engine, batches, suites)
    for name, checks in suites.items():
        row = profiled[name]
        for place, check in enumerate(checks):
            measured = {key: row.get(f"c{place}_{key}", 0) for key in ("total", "unexpected", "share")}
            if check.kind == "refused_money":
                measured["share"] = money[name]
            rows.append(
                {"check": check.name, "table": name, "above": measured["share"] - check.max_share} | measured
            )
    if not rows:
        return {}
    gx = _library()
    asset = _context().data_sources.add_or_update_pandas("profile").add_dataframe_asset("profile")
    whole = asset.add_batch_definition_whole_dataframe("whole")
    data = whole.get_batch(batch_parameters={"dataframe": pd.DataFrame(rows)})
    within = gx.expectations.ExpectColumnValuesToBeBetween(column="above", max_value=0, meta={"place": 0})
    complete = {"result_format": "COMPLETE", "unexpected_index_column_names": ["check"]}
    found = _validated(gx, data, [within], complete)[0].result
    failed = {one["check"] for one in found.get("unexpected_index_list") or []}
    judged: dict[str, list[dict[str, Any]]] = {name: [] for name in suites}
    for row in rows:
        judged[row["table"]].append(
            {
                "success": row["check"] not in failed,
                "unexpected": int(row["unexpected"]),
                "total": int(row["total"]),
                "share": float(row["share"]),
            }
        )
    return judged


def judge_rows(frame: Any, checks: list[Check], money_share: float) -> list[dict[str, Any]]:
    """The same, on the rows of a Spark data frame, through Great Expectations' own Spark source."""
    gx = _library()
    expectations = [
        _row_expectation(gx, check, place)
        for place, check in enumerate(checks)
        if check.kind != "refused_money"
    ]
    context = _context()
    asset = context.data_sources.add_or_update_spark("rows", persist=False).add_dataframe_asset("rows")
    whole = asset.add_batch_definition_whole_dataframe("whole")
    verdicts = _validated(gx, whole.get_batch(batch_parameters={"dataframe": frame}), expectations)
    results = []
    for place, check in enumerate(checks):
        if check.kind == "refused_money":
            # A sum over rows that did not even cast: only the profile can know it.
            results.append(
                {"success": money_share <= check.max_share, "unexpected": 0, "total": 0, "share": money_share}
            )
            continue
        found = verdicts[place].result
        empty = check.kind == "in_set"
        total = int(found["element_count"]) - (int(found.get("missing_count") or 0) if empty else 0)
        unexpected = int(found["unexpected_count"])
        share = unexpected / total if total else 0.0
        results.append(
            {"success": verdicts[place].success, "unexpected": unexpected, "total": total, "share": share}
        )
    return results


def _row_expectation(gx: Any, check: Check, place: int) -> Any:
    mostly, meta = 1 - check.max_share, {"place": place}
    if check.kind == "refused_rows":
        return gx.expectations.ExpectColumnValuesToBeNull(column=REFUSED, mostly=mostly, meta=meta)
    if check.kind == "not_null":
        return gx.expectations.ExpectColumnValuesToNotBeNull(column=check.column, mostly=mostly, meta=meta)
    return gx.expectations.ExpectColumnValuesToBeInSet(
        column=check.column, value_set=list(check.values), mostly=mostly, meta=meta
    )


def _validated(
    gx: Any, batch: Any, expectations: list[Any], result_format: Any = "SUMMARY"
) -> dict[int, Any]:
    suite = gx.ExpectationSuite(name="gate", expectations=expectations)
    outcome = batch.validate(suite, result_format=result_format)
    for one in outcome.results:
        if one.exception_info and one.exception_info.get("raised_exception"):
            raise RuntimeError(
                f"gate: {one.expectation_config.type}: {one.exception_info['exception_message']}"
            )
    return {one.expectation_config.meta["place"]: one for one in outcome.results}


def _library() -> Any:
    warnings.filterwarnings("ignore", module="great_expectations")
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    main = sys.modules["__main__"]
    if not hasattr(main, "__file__"):
        # Spark Connect, which the library looks at, takes a main without a file for a doctest and leaves
        # the process with exit code 0 (pyspark 4.3, sql/connect/utils.py).
        main.__file__ = "<fundguard>"
    import great_expectations as gx

    return gx


@cache
def _context() -> Any:
    context = _library().get_context(mode="ephemeral")
    # Progress bars are for terminals; this runs in the night.
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    return context
