"""Great Expectations judges: a profile's one wide row, or the rows themselves on Spark.

Its contexts live in memory, its telemetry is off, and its own pages (which load from the net) are not used.
"""

import logging
import os
import warnings
from typing import Any

from pipelines.gate.measure import profile
from pipelines.gate.suites import REFUSED, Check

os.environ["GX_ANALYTICS_ENABLED"] = "false"


def judge_profile(engine: Any, batch: str, checks: list[Check], money_share: float) -> list[dict[str, Any]]:
    """Per check: success, unexpected, total, share — measured by the engine in one pass."""
    import pandas as pd

    gx = _library()
    row = profile(engine, batch, checks)
    for place, check in enumerate(checks):
        if check.kind == "refused_money":
            row |= {f"c{place}_share": money_share, f"c{place}_total": 0, f"c{place}_unexpected": 0}
    expectations = [
        gx.expectations.ExpectColumnValuesToBeBetween(
            column=f"c{place}_share", min_value=0, max_value=check.max_share, meta={"place": place}
        )
        for place, check in enumerate(checks)
    ]
    context = _context(gx)
    asset = context.data_sources.add_pandas("profile").add_dataframe_asset("profile")
    whole = asset.add_batch_definition_whole_dataframe("whole")
    data = whole.get_batch(batch_parameters={"dataframe": pd.DataFrame([row])})
    verdicts = _validated(gx, data, expectations)
    return [
        {
            "success": verdicts[place].success,
            "unexpected": int(row[f"c{place}_unexpected"]),
            "total": int(row[f"c{place}_total"]),
            "share": float(row[f"c{place}_share"]),
        }
        for place in range(len(checks))
    ]


def judge_rows(frame: Any, checks: list[Check], money_share: float) -> list[dict[str, Any]]:
    """The same, on the rows of a Spark data frame, through Great Expectations' own Spark source."""
    gx = _library()
    expectations = [
        _row_expectation(gx, check, place)
        for place, check in enumerate(checks)
        if check.kind != "refused_money"
    ]
    context = _context(gx)
    asset = context.data_sources.add_spark("rows", persist=False).add_dataframe_asset("rows")
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


def _validated(gx: Any, batch: Any, expectations: list[Any]) -> dict[int, Any]:
    outcome = batch.validate(gx.ExpectationSuite(name="gate", expectations=expectations))
    for one in outcome.results:
        if one.exception_info and one.exception_info.get("raised_exception"):
            raise RuntimeError(
                f"gate: {one.expectation_config.type}: {one.exception_info['exception_message']}"
            )
    return {one.expectation_config.meta["place"]: one for one in outcome.results}


def _library() -> Any:
    warnings.filterwarnings("ignore", module="great_expectations")
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    import great_expectations as gx

    return gx


def _context(gx: Any) -> Any:
    context = gx.get_context(mode="ephemeral")
    # Progress bars are for terminals; this runs in the night.
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    return context
