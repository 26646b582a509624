"""Judge the run's days by every rule that is awake, and compare what was paid with the benefit parameters."""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import features
from core.engine import Engine
from core.run import Run
from core.schema import LANDING
from pipelines.jobs.scope import FAR, JUDGED, NEAR, keep_history, use_persons, use_providers
from rules_kb.compiler import Pack, judge, register_points
from rules_kb.knowledge import regional_folder
from rules_kb.library import Library, read_library, regional_rules

# Days before the first judged day that a window may need: stays and counts reach back a year, a course
# further; trace codes a year; stock a quarter.
_HISTORY = {
    "setl_d": FAR,
    "mdtrt_d": FAR,
    "fee_list_d": NEAR,
    "setl_list_diag_d": FAR,
    "setl_list_oprn_d": FAR,
    "drug_trac_d": 365,
    "rx_d": 60,
    "drug_inv_d": 100,
    "ltc_serv_d": 60,
    "setl_fund_d": 60,
}


def pack(run: Run) -> Pack:
    """The rules that judge in this run's region, on what was delivered."""
    whole = _awake(run)
    silent = _missing(run, whole)
    return replace(whole, rules=tuple(entry for entry in whole.rules if entry[0].id not in silent))


def coverage(run: Run) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Rule id → the columns or points that are missing here (none where nothing is known); and of the rules that
    judge, rule id → the knowledge that is an excerpt here: what lies outside it is not judged."""
    whole = _awake(run)
    missing = _missing(run, whole)
    judging = {rule.id for rule, _ in whole.rules} - set(missing)
    lacking = _library(run).in_part(whole.table)
    return missing, {rule_id: lacks for rule_id, lacks in lacking.items() if rule_id in judging}


def _missing(run: Run, whole: Pack) -> dict[str, list[str]]:
    return {} if run.delivered is None else _library(run).coverage(run.delivered, whole.table)[1]


def _library(run: Run) -> Library:
    """The national rules and the region's own."""
    return read_library(regional=regional_rules(run.settings.region))


def _awake(run: Run) -> Pack:
    """The region's rules with the bureau's own ledgers under its home, whatever was delivered."""
    return Pack(
        tuple(_library(run).judging(run.settings.rules)),
        run.settings.rules,
        regional=regional_folder(run.settings.region),
        region=run.settings.region,
        verified=_own(run, "knowledge", "verified.csv"),
        suppressions=_own(run, "rules", "suppressions.csv"),
    )


def _own(run: Run, *parts: str) -> Path | None:
    file = run.home.joinpath(*parts) if run.home else None
    return file if file and file.is_file() else None


READS: dict[str, int | None] = {
    **{table: _HISTORY.get(table) for table in LANDING},
    "fee_list_d_far": FAR,
    **{f"{table}_judged": 0 for table in JUDGED},
}
FROM_JUDGED = True
WRITES = ("hit", "benefit_check")


def transform(engine: Engine, run: Run) -> dict[str, str]:
    """All hits on the days this run judges. Candidates nobody can judge yet are counted, not hit."""
    awake = pack(run)
    known = features.features()
    wide = [grain for grain in awake.grains if known[grain].scope == "provider"]
    near = [grain for grain in awake.grains if grain not in wide]
    for grain in near:
        if "points" in known[grain].far:
            register_points(engine, awake, grain)
    keep_history(engine, run.judged, near, wide)
    use_providers(engine, run.judged, wide)
    judged = judge(engine, awake, wide)
    use_persons(engine)
    judged += judge(engine, awake, near)
    spoken = " UNION ALL ".join(f"SELECT * FROM {name}" for name in judged)
    engine.register("hit_all", sql=f"SELECT j.*, '{awake.kb_ver}' AS kb_ver FROM ({spoken}) AS j", keep=True)
    engine.register("hit", sql="SELECT * FROM hit_all WHERE result <> 'not_evaluable'")
    engine.register(
        "not_evaluable",
        sql="SELECT rule_id, COUNT(*) AS candidates FROM hit_all WHERE result = 'not_evaluable' "
        "GROUP BY rule_id",
    )
    silenced = " UNION ALL ".join(
        f"SELECT rule_id, silenced_by, concat_text(monday_of(service_date)) AS week, vola_amt "
        f"FROM {name.replace('judged_', 'silenced_')}"
        for name in judged
    )
    engine.register(
        "silenced",
        sql="SELECT rule_id, silenced_by, week, COUNT(*) AS candidates, concat_text(SUM(vola_amt)) AS vola_amt "
        f"FROM ({silenced}) AS s GROUP BY rule_id, silenced_by, week",
    )
    _compare_benefits(engine, awake, features.reading(*near))
    return {"hit": "hit", "benefit_check": "benefit_check"}


def _compare_benefits(engine: Engine, awake: Pack, standing: Collection[str]) -> None:
    """What the region's benefit parameters say that the agency should have paid, where it differs."""
    engine.register("benefit_param_all", arrow=awake.table("benefit_param").arrow)
    engine.register(
        "benefit_param",
        sql=f"SELECT b.* FROM benefit_param_all AS b WHERE b.region IN ('*', '{awake.region}')",
    )
    features.register(engine, "benefit_check", standing=standing)
