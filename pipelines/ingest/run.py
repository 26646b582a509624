"""One intake: landing → door → cast → accept → gate → partitions → promote."""

import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from core.engine import Engine
from core.errors import Refused, UsageError
from core.privacy import load_keys
from core.schema import LANDING
from core.schema.ledgers import refused_header, waiting_row
from core.settings import Settings
from pipelines.gate import judge as gate
from pipelines.ingest import accept, done, header, partition, promote, pseudonyms, quarantine, refunds, supply
from pipelines.ingest.accept import Verdict
from pipelines.ingest.intake import Intake, is_child, on
from pipelines.ingest.landing import LandedFile, Landing, look
from pipelines.ingest.ledger import Ledger
from pipelines.ingest.report import IngestReport, TableReport
from pipelines.ingest.source import Source, load_source
from pipelines.ingest.supply import Supply
from pipelines.warehouse import Warehouse

ORDER = [name for name in LANDING if LANDING[name].parent is None]
ORDER += [name for name in LANDING if LANDING[name].parent is not None]


def ingest(
    *,
    engine: Engine,
    warehouse: Warehouse,
    run_folder: Path,
    landing: Path,
    source: str | None,
    as_of: date,
    settings: Settings,
    run_id: str,
    waivers: Mapping[str, Any] | None = None,
) -> IngestReport:
    """Take in what landed up to `as_of`; see `IngestReport`.

    Rows of later days wait. A file taken in whole costs nothing again. Kill it anywhere and call it again:
    the end is the same. Refused (exit 1): the gate or a check said no, nothing is promoted; UsageError
    (exit 2): no such folder, unknown source.
    """
    folder = run_folder / "ingest"
    _finish(warehouse, folder)
    ledger = Ledger.load(warehouse.home)
    if ledger.privacy and ledger.privacy != settings.privacy:
        raise UsageError(
            f"privacy: this HOME was begun with [{ledger.privacy}], now [{settings.privacy}]: tokens would "
            "not join; keep the setting or begin a new HOME"
        )
    ledger.privacy = settings.privacy
    mapping = load_source(source)
    found = look(landing, mapping.stems)
    done.check(found)
    saved = _saved(folder, found, as_of)
    if saved is not None:
        return saved
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    intake = Intake(engine, warehouse, folder, as_of, run_id, settings, ledger)
    return _take_in(intake, found, mapping, dict(waivers or {}))


def _finish(warehouse: Warehouse, folder: Path) -> None:
    """Finish a promotion that was killed; what another run found new is still to be judged."""
    finished = promote.finish(warehouse)
    if finished is not None and finished[0] != folder:
        ledger = Ledger.load(warehouse.home)
        ledger.carried = sorted({*ledger.carried, *finished[1]["judged"]})
        ledger.save()


def _saved(folder: Path, found: Landing, as_of: date) -> IngestReport | None:
    """The report of this very run, when it had ended and nothing has landed since."""
    path = folder / "report.json"
    if not path.is_file():
        return None
    report = IngestReport.load(path)
    before = sorted((one["file"], one["sha256"]) for one in report.inputs)
    now = sorted((file.name, file.sha256) for files in found.files.values() for file in files)
    return report if report.as_of == str(as_of) and before == now else None


def _take_in(intake: Intake, found: Landing, source: Source, waivers: dict[str, Any]) -> IngestReport:
    ledger = intake.ledger
    landed = _by_table(found, source)
    missing, kept = _missing(intake, found, landed)
    supplies = _open(intake, {name: _to_read(ledger, name, landed[name]) for name in landed}, source)
    promote.fault_point("door")
    intake.register_files()
    bad = supply.register(intake, supplies, source.harden)
    if intake.hashed:
        keys = load_keys(intake.home)
        pseudonyms.register_tokens(intake, [one.table for one in supplies.values()], keys)
    verdicts = _judge(intake, supplies, bad)
    for name, one in supplies.items():
        quarantine.write(intake, one, sum(verdicts[name].refused.values()))
    promote.fault_point("quarantine")
    tables = {name: _report(one, verdicts[name]) for name, one in supplies.items()}
    for name, one in supplies.items():
        _check_declared(intake, found, one, verdicts[name])
    results, used = _gate(intake, supplies, tables, waivers)
    promote.fault_point("gate")
    staged, judged, flags = _stage(intake, supplies, verdicts)
    tables = {
        name: TableReport(**{**vars(report), "flags": flags.get(name, {})}) for name, report in tables.items()
    }
    inputs = _inputs(found, intake)
    report = IngestReport(
        run_id=intake.run_id,
        as_of=str(intake.as_of),
        inputs=inputs,
        tables=tables,
        unknown_tables=found.unknown,
        missing_tables=missing,
        kept_dimensions=kept,
        gate=results,
        waived=used,
        refunds=refunds.summary(intake) if supplies else {},
        judged=tuple(sorted(judged | set(ledger.carried))),
    )
    files = _ledger_files(intake, supplies, verdicts)
    ledger.carried = []
    ledger.synthetic |= done.is_synthetic(found)
    if intake.hashed and supplies:
        pseudonyms.fill_vault(intake, [one.table for one in supplies.values()], load_keys(intake.home))
    promote.fault_point("staged")
    promote.begin(
        intake.warehouse,
        steps=[(table, unit, path) for table, units in staged.items() for unit, path in units.items()],
        files=files,
        ledger=ledger.to_json(),
        report=report.to_json(),
        folder=intake.folder,
    )
    promote.finish(intake.warehouse)
    for leftover in ("door", "typed", "staged", "quarantine", "left", "header"):
        shutil.rmtree(intake.folder / leftover, ignore_errors=True)
    return report


def _by_table(found: Landing, source: Source) -> dict[str, list[LandedFile]]:
    """Files of each canonical table, through the source's mapping."""
    if not source.tables:
        return found.files
    return {
        table: found.files[mapping.from_]
        for table, mapping in source.tables.items()
        if mapping.from_ in found.files
    }


def _to_read(ledger: Ledger, table: str, files: list[LandedFile]) -> list[LandedFile]:
    """Files that are new or have rows waiting; two copies of one file count once."""
    chosen: dict[str, LandedFile] = {}
    for file in files:
        known = ledger.known(table, file.sha256)
        if known is None or known["waiting"]:
            chosen.setdefault(file.sha256, file)
    return list(chosen.values())


def _missing(
    intake: Intake, found: Landing, landed: dict[str, list[LandedFile]]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(tables that did not land, dimensions whose last known rows are used). Refused: a required one."""
    missing = tuple(name for name in LANDING if name not in landed)
    kept = []
    for name in missing:
        table = LANDING[name]
        known = table.day is None and bool(intake.warehouse.files(table))
        if known:
            kept.append(name)
        elif table.required:
            raise Refused(
                f"landing: required table is missing [{name}] in {found.folder}: deliver {name}.parquet or "
                f"{name}.csv (fee_list_d may hold a header only)"
            )
    return missing, tuple(kept)


def _open(intake: Intake, files: dict[str, list[LandedFile]], source: Source) -> dict[str, Supply]:
    supplies = {}
    opened: dict[str, supply.Opened] = {}
    for name in (name for name in ORDER if files.get(name)):
        table = LANDING[name]
        for file in files[name]:
            supply.check_header(table, file, supply.header_of(file, source.encoding), source)
    for name in (name for name in ORDER if files.get(name)):
        for file in files[name]:
            if file.name not in opened:
                opened[file.name] = supply.open_file(intake, file, source.encoding)
        made = supply.mapped_supply if source.tables else supply.supply
        supplies[name] = made(intake, LANDING[name], [opened[file.name] for file in files[name]], source)
    return supplies


def _judge(intake: Intake, supplies: dict[str, Supply], bad: dict[str, int]) -> dict[str, Verdict]:
    verdicts: dict[str, Verdict] = {}
    children = [name for name in supplies if is_child(LANDING[name])]
    for name, one in supplies.items():
        if children and name == children[0]:
            header.register_headers(intake, "setl_d" in supplies, children)
            header.register_visits(intake, "mdtrt_d" in supplies, "setl_d" in supplies, children)
        verdicts[name] = accept.judge(
            intake, one.table, bad=bad[name], unreadable=supply.unreadable_rows(one)
        )
        if one.table.required and name != "fee_list_d" and not verdicts[name].rows + verdicts[name].waiting:
            raise Refused(
                f"{name}: {one.files[0].name}: required table has no rows [0]: deliver its rows "
                "(only fee_list_d may hold a header only)"
            )
    return verdicts


def _check_declared(intake: Intake, found: Landing, one: Supply, verdict: Verdict) -> None:
    """What `_DONE.json` declares of a table that is read for the first time, and whole."""
    name = one.table.name
    if len(one.files) == len(found.files.get(name, [])) and not any(
        intake.ledger.known(name, file.sha256) for file in one.files
    ):
        said = done.read(found).get(name, {})
        money = str(accept.all_money(intake, name)) if said.get("money") is not None else "0"
        done.check_totals(found, name, sum(intake.rows[file.name] for file in one.files), money)


def _gate(
    intake: Intake, supplies: dict[str, Supply], tables: dict[str, TableReport], waivers: dict[str, Any]
) -> tuple[tuple[dict[str, Any], ...], tuple[dict[str, Any], ...]]:
    """Let Great Expectations judge every table's rows of tonight. Refused: a stop nobody waived."""
    batches = {}
    for name in supplies:
        table = LANDING[name]
        shown = [c for c in table.names if table.by_name[c].required or table.by_name[c].dictionary]
        chosen = ", ".join(f"t.{column}" for column in shown)
        # Without waiting rows all of them are tonight's, and a join over every row is spared.
        scope = f" LEFT SEMI JOIN in_scope_{name} AS s ON {on('t', 's')}" if tables[name].waiting else ""
        intake.engine.register(
            f"in_batch_{name}",
            sql=f"SELECT {chosen}, CASE WHEN o.reason <> 'superseded' THEN o.reason END AS refused_reason "
            f"FROM in_typed_{name} AS t{scope} LEFT JOIN in_out_{name} AS o ON {on('o', 't')}",
        )
        batches[name] = f"in_batch_{name}"
    results, used = gate.judge(
        engine=intake.engine,
        home=intake.home,
        folder=intake.folder,
        run_id=intake.run_id,
        as_of=str(intake.as_of),
        settings=intake.settings.gate,
        tables=tables,
        batches=batches,
        files={name: [file.sha256 for file in one.files] for name, one in supplies.items()},
        waivers=waivers,
    )
    return tuple(results), tuple(used)


def _stage(
    intake: Intake, supplies: dict[str, Supply], verdicts: dict[str, Verdict]
) -> tuple[dict[str, dict[str, Path]], set[str], dict[str, dict[str, int]]]:
    """Staged folders per table, the units to judge, and flag counts."""
    setl = verdicts.get("setl_d")
    moved = partition.register_moved(intake, setl.replaced) if setl else 0
    units: dict[str, set[str]] = {}
    fresh = accept.units(intake, [LANDING[n] for n in ORDER if n in verdicts and verdicts[n].new])
    for name in ORDER:
        table = LANDING[name]
        verdict = verdicts.get(name)
        if table.day is None:
            if verdict and (verdict.new or not intake.warehouse.files(table)):
                units[name] = {""}
            continue
        new = fresh.get(name, set())
        touched = partition.touched_units(intake, table, new, verdict.replaced if verdict else 0, bool(moved))
        if touched:
            units[name] = touched
    judged = {unit for name, some in units.items() if LANDING[name].day for unit in some}
    # A header's A10 rests on its lines: days of new lines write their headers again.
    fee_days = {unit for unit in units.get("fee_list_d", set()) if unit.startswith("setl_date=")}
    headers = units.get("setl_d", set()) | fee_days
    if headers:
        units["setl_d"] = headers
    kept: dict[str, int] = {}
    for name in units:
        verdict = verdicts.get(name)
        kept[name] = partition.register_merged(
            intake,
            LANDING[name],
            units[name],
            landed=verdict is not None,
            replaced=verdict.replaced if verdict else 0,
            moved=moved,
        )
    refunds.register_refunds(intake, "setl_d" in units, "fee_list_d" in units)
    judged |= refunds.original_units(intake, judged)
    staged: dict[str, dict[str, Path]] = {}
    flags: dict[str, dict[str, int]] = {}
    for name in sorted(units, key=lambda name: (name == "setl_d", name)):
        table = LANDING[name]
        if name == "setl_d":
            partition.register_settled(intake, _lines(intake, units[name], staged.get("fee_list_d", {})))
        partition.register_flagged(intake, table)
        staged[name] = partition.stage(intake, table, units[name])
        partition.reconcile(intake, table, staged[name], verdicts.get(name), kept[name])
        flags[name] = partition.flag_counts(intake, table, staged[name])
        promote.fault_point(f"stage-{name}")
    if "setl_d" in units or "fee_list_d" in units:
        days = units.get("setl_d", set())
        staged["refund"] = refunds.stage_refunds(intake, days)
    return staged, judged, flags


def _lines(intake: Intake, units: set[str], staged: dict[str, Path]) -> list[Path]:
    partitions = intake.warehouse.partitions(LANDING["fee_list_d"])
    folders = [staged.get(unit) or partitions.get(unit) for unit in sorted(units)]
    return [file for folder in folders if folder for file in sorted(folder.glob("*.parquet"))]


def _report(one: Supply, verdict: Verdict) -> TableReport:
    return TableReport(
        rows_in=verdict.rows,
        accepted=verdict.new + verdict.unchanged,
        unchanged=verdict.unchanged,
        replaced=verdict.replaced,
        waiting=verdict.waiting,
        refused=verdict.refused,
        money_in=str(verdict.money),
        money_accepted=str(verdict.money_new + verdict.money_unchanged),
        money_refused=str(verdict.money_refused),
        money_superseded=str(verdict.money_superseded),
        unknown_columns=one.unknown,
        missing_columns=one.missing,
        delivered_columns=one.columns,
    )


def _inputs(found: Landing, intake: Intake) -> tuple[dict[str, Any], ...]:
    return tuple(
        {"file": file.name, "sha256": file.sha256, "rows": intake.rows.get(file.name, 0)}
        for files in found.files.values()
        for file in files
    )


def _ledger_files(
    intake: Intake, supplies: dict[str, Supply], verdicts: dict[str, Verdict]
) -> list[tuple[Path, Path]]:
    """Note each file and the columns it held; list rows that wait, and settlements that were refused."""
    ledger, moves = intake.ledger, []
    for name, one in supplies.items():
        before = set(ledger.delivered.get(name, []))
        ledger.delivered[name] = [c for c in one.table.names if c in before | set(one.columns)]
        for file in one.files:
            waiting = _write_waiting(intake, name, file) if verdicts[name].waiting else None
            if waiting:
                moves.append((waiting, ledger.left_file(name, file.sha256)))
            ledger.files[f"{name}:{file.sha256}"] = {
                "file": file.name,
                "waiting": waiting is not None,
                "through": str(intake.as_of),
            }
    if "setl_d" in verdicts and verdicts["setl_d"].refused:
        intake.engine.register(
            "in_header_refused",
            sql=f"SELECT DISTINCT s.k0 AS setl_id, s.day AS setl_time_day FROM in_scope_setl_d AS s "
            f"JOIN in_out_setl_d AS o ON {on('s', 'o')} WHERE s.k0 IS NOT NULL "
            "AND o.reason IN ('missing', 'cast')",
        )
        folder = intake.folder / "header"
        intake.engine.write("in_header_refused", folder, table=refused_header)
        target = intake.home / "ledger" / "header"
        moves += [
            (file, target / f"{intake.run_id}-{place}.parquet")
            for place, file in enumerate(sorted(folder.glob("*.parquet")))
        ]
    return moves


def _write_waiting(intake: Intake, name: str, file: LandedFile) -> Path | None:
    number = intake.number(file)
    intake.engine.register(
        "in_waiting",
        sql=f"SELECT source_row, piece FROM in_day_{name} WHERE file_no = {number} AND day > {intake.day}",
    )
    if not intake.engine.count("in_waiting"):
        return None
    folder = intake.folder / "left" / name / str(number)
    intake.engine.write("in_waiting", folder, table=waiting_row)
    parts = sorted(folder.glob("*.parquet"))
    if len(parts) == 1:
        return parts[0]
    whole = folder / "whole.parquet"
    pq.write_table(pa.concat_tables([pq.read_table(part) for part in parts]), whole)
    return whole
