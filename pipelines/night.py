"""The night: ingest, then the jobs in order; every step stamped in a manifest, killed runs resume.

A run's id is made of its day and of everything its rows depend on (inputs, settings, versions), so that
the same night again finds itself done, and a killed one goes on after its last finished job.
"""

import hashlib
import json
import platform
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from core.engine import Engine, open_engine
from core.errors import FundguardError, Refused, UsageError
from core.run import Run
from core.schema import LANDING, RESULTS, TABLES
from core.settings import Settings
from models.champion import champion
from models.group import VERSION as PEERS
from models.outcomes import outcome_files
from pipelines.ingest import IngestReport, delivered, ingest, synthetic
from pipelines.jobs import check, leads, network, pattern, score
from pipelines.jobs.scope import first_day
from pipelines.ledger import (
    add_judged_days,
    home_lock,
    judged_days,
    latest_runs,
    read_json,
)
from pipelines.saving import write_json
from pipelines.warehouse import OPEN, Warehouse, digests

_EXTRA = "as_of DATE"


class Job(Protocol):
    """A module in pipelines/jobs: what it reads (table → days of history), writes, and how.

    The days count back from `as_of`; where the module says FROM_JUDGED, from the first day it judges.
    `<result>_before` is a result of the run before; `<table>_judged` are the rows of the judged days;
    `<table>_far` the days further back than those of `<table>`.
    """

    READS: Mapping[str, int | None]
    WRITES: tuple[str, ...]

    def transform(self, engine: Engine, run: Run) -> dict[str, str]:
        """Table → relation that holds its rows."""
        ...


JOBS: dict[str, Job] = {
    "check": check,  # type: ignore[dict-item]
    "network": network,  # type: ignore[dict-item]
    "pattern": pattern,  # type: ignore[dict-item]
    "score": score,  # type: ignore[dict-item]
    "leads": leads,  # type: ignore[dict-item]
}
BASELINE_JOBS = ("check", "pattern", "score")
INGEST = "ingest"

Watch = Callable[[str, str], None]
"""Told (job, state) as the night goes on: for progress bars."""


@dataclass(frozen=True)
class Night:
    """What a night is asked to do."""

    home: Path
    settings: Settings
    as_of: date
    landing: Path | None = None
    source: str | None = None
    baseline: bool = False
    from_job: str | None = None
    only: tuple[str, ...] | None = None
    force: bool = False

    @property
    def jobs(self) -> list[str]:
        """Names of the jobs after ingest, in order."""
        if self.only is not None:
            return list(self.only)
        return list(BASELINE_JOBS if self.baseline else JOBS)


def check_order(jobs: Mapping[str, Job] = JOBS) -> None:
    """Every table a job reads was written before it: by ingest or by an earlier job."""
    written = set(LANDING) | {"refund"}
    for name, job in jobs.items():
        for table in job.READS:
            base, _, part = table.rpartition("_")
            known = table in written or (part == "before" and base in RESULTS)
            if not known and not (part in ("judged", "far") and base in written):
                raise ValueError(f"job {name} reads [{table}], which no job before it writes")
        written |= set(job.WRITES)


def run_night(night: Night, watch: Watch = lambda job, state: None) -> dict[str, Any]:
    """Run a night and return its manifest. Raises the errors of contract §2; the manifest stays."""
    check_order()
    if night.from_job and night.from_job not in (INGEST, *JOBS):
        raise UsageError(f"--from [{night.from_job}] is no job: use one of {[INGEST, *JOBS]}")
    if night.landing is not None and not night.landing.is_dir():
        raise UsageError(f"--landing [{night.landing}] is no folder: name the folder that holds the tables")
    with home_lock(night.home):
        run_id = _run_id(night)
        folder = night.home / "runs" / run_id
        manifest: dict[str, Any] = read_json(folder / "manifest.json", None) or _new_manifest(night, run_id)
        if night.force:
            manifest["jobs"] = {}
        elif night.from_job:
            later = [INGEST, *JOBS][[INGEST, *JOBS].index(night.from_job) :]
            manifest["jobs"] = {n: j for n, j in manifest["jobs"].items() if n not in later}
        wanted = [*([INGEST] if night.landing is not None else []), *night.jobs]
        if all(_done(manifest, job) for job in wanted):
            manifest["state"] = "done"
            watch("night", "already done")
            return manifest
        manifest["state"] = "running"
        write_json(folder / "manifest.json", manifest)
        engine = open_engine(night.settings)
        try:
            _run_jobs(night, engine, manifest, folder, watch)
            manifest["state"] = "done"
        except FundguardError as error:
            manifest["state"] = "refused" if isinstance(error, Refused) else "failed"
            manifest["error"] = str(error)
            raise
        except BaseException:
            manifest["state"] = "failed"
            raise
        finally:
            if manifest["state"] == "done":
                manifest.pop("error", None)
                manifest["finished"] = _now()
            write_json(folder / "manifest.json", manifest)
            shutil.rmtree(folder / "stage", ignore_errors=True)
            engine.close()
    return manifest


def _run_jobs(night: Night, engine: Engine, manifest: dict[str, Any], folder: Path, watch: Watch) -> None:
    warehouse = Warehouse(night.home)
    if night.landing is not None and not _done(manifest, INGEST):
        watch(INGEST, "running")
        started = _now()
        report: IngestReport = ingest(
            engine=engine,
            warehouse=warehouse,
            run_folder=folder,
            landing=night.landing,
            source=night.source,
            as_of=night.as_of,
            settings=night.settings,
            run_id=manifest["run_id"],
            waivers=read_json(folder / "waivers.json", {}),
        )
        judged = add_judged_days(night.home, night.as_of, report.judged)
        manifest["jobs"][INGEST] = {"state": "done", "start": started, "end": _now(), **report.to_json()}
        manifest["judged"] = judged
        manifest["synthetic"] = synthetic(night.home)
        write_json(folder / "manifest.json", manifest)
        watch(INGEST, "done")
    run = Run(
        run_id=manifest["run_id"],
        as_of=night.as_of,
        settings=night.settings,
        kb_ver=manifest["versions"]["kb"],
        judged=tuple(judged_days(night.home, night.as_of)),
        baseline=night.baseline,
        delivered=delivered(night.home),
        home=night.home,
    )
    for name in night.jobs:
        if _done(manifest, name):
            watch(name, "kept")
            continue
        watch(name, "running")
        manifest["jobs"][name] = _run_job(name, JOBS[name], engine, warehouse, run, folder)
        write_json(folder / "manifest.json", manifest)
        watch(name, "done")


def _run_job(
    name: str, job: Job, engine: Engine, warehouse: Warehouse, run: Run, folder: Path
) -> dict[str, Any]:
    started = _now()
    rows_in = _register_reads(job, engine, warehouse, run)
    relations = job.transform(engine, run)
    if set(relations) != set(job.WRITES):
        raise ValueError(f"job {name} returned [{sorted(relations)}], it declares {job.WRITES}")
    tables = {}
    staged = []
    for table, relation in relations.items():
        stamped = f"{table}_stamped"
        engine.register(
            stamped, sql=f"SELECT r.*, DATE '{run.as_of}' AS as_of FROM {relation} AS r", keep=True
        )
        stage = folder / "stage" / name / table
        shutil.rmtree(stage, ignore_errors=True)
        stage.parent.mkdir(parents=True, exist_ok=True)
        engine.write(stamped, stage, table=RESULTS[table], extra=_EXTRA)
        # What was written is what is counted: read back, so that a half-written file is seen here.
        engine.register(f"{table}_written", parquet=sorted(stage.glob("*.parquet")))
        tables[table] = _facts(engine, table, f"{table}_written")
        if tables[table]["rows"] != engine.count(stamped):
            raise Refused(
                f"{name}: {table} has [{tables[table]['rows']}] rows on disk, computed more: run again"
            )
        staged.append((table, stage))
    for table, stage in staged:
        warehouse.replace(table, f"run_date={run.as_of}", stage)
    if "lead" in tables:
        _check_money(engine, tables)
    coverage = _coverage(engine, run) if name == "check" else {}
    return {
        "state": "done",
        "start": started,
        "end": _now(),
        "reads": rows_in,
        "writes": tables,
        **coverage,
    }


def _coverage(engine: Engine, run: Run) -> dict[str, Any]:
    """What the rules could not say: not evaluable (why), candidates without a fact, silenced by policy."""
    missing, in_part = check.coverage(run)
    counted: list[dict[str, Any]] = engine.run("SELECT * FROM not_evaluable").to_pylist()
    return {
        "not_evaluable": [
            *counted,
            *({"rule_id": rule_id, "missing": lacks} for rule_id, lacks in missing.items()),
        ],
        "in_part": [{"rule_id": rule_id, "lacks": lacks} for rule_id, lacks in in_part.items()],
        "silenced": engine.run("SELECT * FROM silenced").to_pylist(),
    }


def _register_reads(job: Job, engine: Engine, warehouse: Warehouse, run: Run) -> dict[str, str]:
    seen: dict[str, str] = {}
    from_judged = getattr(job, "FROM_JUDGED", False)
    first = first_day(run.judged, run.as_of) if from_judged else run.as_of
    # Days of a stay whose open lines were settled since are judged too, but hold no line to look back from.
    lines = [unit for unit in run.judged if unit.startswith("setl_date=")]
    lines += warehouse.holding("fee_list_d", [unit for unit in run.judged if unit.startswith(f"{OPEN}=")])
    for table, days in job.READS.items():
        start = first_day(lines, run.as_of) if from_judged and table.startswith("fee_list_d") else first
        since = None if days is None else start - timedelta(days=days)
        if table.endswith("_before"):
            base = table.removesuffix("_before")
            before = [p for p in warehouse.partitions(TABLES[base]) if p < f"run_date={run.as_of}"]
            day = date.fromisoformat(before[-1].split("=")[1]) if before else date.min
            warehouse.register(engine, base, since=day, until=day)
            engine.register(table, sql=f"SELECT * FROM {base}", keep=True)
        elif table.endswith("_judged"):
            base = table.removesuffix("_judged")
            warehouse.register(engine, base, name=table, units=run.judged, until=run.as_of)
        elif table.endswith("_far"):
            base = table.removesuffix("_far")
            near = start - timedelta(days=(job.READS[base] or 0) + 1)
            warehouse.register(engine, base, name=table, since=since, until=near)
        elif table == "hit":
            _register_present_hits(engine, warehouse, run, since)
        elif table in RESULTS:
            warehouse.register(engine, table, since=run.as_of, until=run.as_of)
        else:
            warehouse.register(engine, table, since=since, until=run.as_of)
        seen[table] = "all" if since is None else f"since {since}"
    judged = pa.table({"judged_day": pa.array(list(run.judged), pa.string())})
    engine.register("judged_day", arrow=judged)
    return seen


def _register_present_hits(engine: Engine, warehouse: Warehouse, run: Run, since: date | None) -> None:
    """The present hits of a day are those of the latest run that judged it."""
    latest = latest_runs(warehouse.home, run.as_of)
    rows = {"judged_day": list(latest), "run_day": [date.fromisoformat(d) for d in latest.values()]}
    engine.register(
        "unit_run",
        arrow=pa.table(rows, schema=pa.schema([("judged_day", pa.string()), ("run_day", pa.date32())])),
    )
    files = warehouse.files(TABLES["hit"], since=since, until=run.as_of)
    if not files:
        warehouse.register(engine, "hit", until=run.as_of)
        return
    engine.register("hit_written", parquet=files)
    names = ", ".join(f"h.{column}" for column in TABLES["hit"].names)
    engine.register(
        "hit",
        sql=f"""
        SELECT * FROM (
          SELECT {names}, ROW_NUMBER() OVER (
            PARTITION BY h.hit_id ORDER BY h.as_of DESC, h.judged_day DESC) AS nth
          FROM hit_written AS h
          JOIN unit_run AS u ON u.judged_day = h.judged_day AND u.run_day = h.as_of
        ) AS present WHERE nth = 1""",
        keep=True,
    )


def _facts(engine: Engine, table: str, relation: str) -> dict[str, Any]:
    declared = RESULTS[table]
    money = f"COALESCE(SUM({declared.money}), 0)" if declared.money else "0"
    key = ", ".join(declared.key)
    row = engine.run(f"SELECT COUNT(*) AS n, {money} AS money FROM {relation}").to_pylist()[0]
    twice = engine.run(f"SELECT {key} FROM {relation} GROUP BY {key} HAVING COUNT(*) > 1 LIMIT 1").to_pylist()
    if twice:
        raise ValueError(f"{table}: key {declared.key} stands twice: {list(twice[0].values())[:1]}")
    return {
        "rows": int(row["n"]),
        "money": str(row["money"]),
        "digest": digests(engine, declared, relation).get("", "0:00"),
    }


def _check_money(engine: Engine, tables: Mapping[str, Any]) -> None:
    """Each yuan once: what leads hold at risk is what their evidence counts, to the cent."""
    if tables["lead"]["money"] != tables["lead_evidence"]["money"]:
        raise Refused(
            f"leads: amount_at_risk [{tables['lead']['money']}] is not the sum of its evidence "
            f"[{tables['lead_evidence']['money']}]: run again with --from leads, then report it"
        )


def _done(manifest: Mapping[str, Any], job: str) -> bool:
    return bool(manifest["jobs"].get(job, {}).get("state") == "done")


def _run_id(night: Night) -> str:
    content: dict[str, Any] = {
        "as_of": night.as_of,
        "source": night.source,
        "baseline": night.baseline,
        "settings": night.settings.model_dump(mode="json"),
        "versions": _versions(night),
        "inputs": _inventory(night.landing)
        if night.landing
        else sorted(judged_days(night.home, night.as_of)),
    }
    # The list reads outcomes: a night after new ones is another run.
    if decided := [(file.name, file.stat().st_size) for file in outcome_files(night.home)]:
        content["outcomes"] = decided
    digest = hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()
    return f"{night.as_of}-{night.settings.engine}-{digest[:8]}"


def _inventory(landing: Path) -> list[tuple[str, int, int]]:
    files = [path for path in sorted(landing.rglob("*")) if path.is_file()]
    return [(str(p.relative_to(landing)), p.stat().st_size, p.stat().st_mtime_ns) for p in files]


def _new_manifest(night: Night, run_id: str) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "as_of": str(night.as_of),
        "region": night.settings.region,
        "engine": night.settings.engine,
        "privacy": night.settings.privacy,
        "baseline": night.baseline,
        "source": night.source,
        "versions": _versions(night),
        "started": _now(),
        "state": "running",
        "jobs": {},
        "judged": [],
        "synthetic": synthetic(night.home),
        "models": _models(night),
    }


def _models(night: Night) -> dict[str, Any]:
    """Which models this night runs: of the peers their version, of the ranker the champion as it is applied."""
    ran = champion(night.home)
    return {
        "peers": PEERS,
        "lead_ranker": {"version": ran.version, "multipliers": dict(ran.multipliers)},
    }


def _versions(night: Night) -> dict[str, str]:
    engine = "pyspark" if night.settings.engine == "spark" else "duckdb"
    run = Run(run_id="", as_of=night.as_of, settings=night.settings)
    return {
        "fundguard": version("fundguard"),
        "python": platform.python_version(),
        engine: version(engine),
        "code": _code_digest(),
        "kb": check.pack(run).kb_ver,
        "ranker": champion(night.home).version,
    }


def _code_digest() -> str:
    """Twelve hex digits over the files whose change may change rows."""
    root = Path(__file__).resolve().parent.parent
    content = hashlib.sha256()
    for package in ("core", "features", "rules_kb", "models", "pipelines"):
        for path in sorted((root / package).rglob("*")):
            if path.suffix in (".py", ".sql", ".yaml"):
                content.update(path.read_bytes())
    return content.hexdigest()[:12]


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S")
