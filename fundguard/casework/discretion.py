"""裁量基准: what a region's own document foresees for a clause, shown as a hint with its number, never as a verdict."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from fundguard.casework.citation import basis_words
from fundguard.casework.words import Words, parsed, quantity
from rules_kb.knowledge import KnowledgeTable, load, regional_folder

HEADING = Words("裁量基准（参考）", "Discretion bands (for reference)")
CAUTION = Words(
    "适用哪一档、是否处罚，由办案机关依认定的事实决定；本软件不作判断。",
    "Which band applies, if any, is for the authority to decide on the facts it finds; this software does not.",
)


def discretion(basis: str | None, region: str, on: date) -> tuple[Words, ...]:
    """The bands of the clauses of `basis` (JSON list of law, article, item) in force on the day of the conduct.

    Every band of a clause is told: the loss is for the authority to find, so none is picked. A region's
    rows come before those of the whole country. Nothing where no document is loaded.
    """
    clauses = parsed(basis, None)
    if not isinstance(clauses, list):
        return ()
    rows = _loaded(regional_folder(region)).in_force(on).to_pylist()
    told: dict[Words, None] = {}
    for clause in clauses:
        told |= dict.fromkeys(_bands(clause, rows, region))
    return tuple(told)


@cache
def _loaded(regional: Path | None) -> KnowledgeTable:
    return load("discretion_band", regional=regional)


def _bands(clause: Any, rows: list[dict[str, Any]], region: str) -> Iterator[Words]:
    if not isinstance(clause, Mapping):
        return
    key = (str(clause.get("law")), str(clause.get("article")))
    own = [
        row
        for row in rows
        if (row["law"], row["article"]) == key and row["item"] in ("*", str(clause.get("item")))
    ]
    for place in (region, "*"):
        here = [row for row in own if row["region"] == place]
        if here:
            exact = [row for row in here if row["item"] != "*"]
            yield from map(_words, sorted(exact or here, key=lambda row: row["band"]))
            return


def _words(row: Mapping[str, Any]) -> Words:
    cited = {key: row[key] for key in ("law", "article", "item") if row[key] != "*"}
    (clause,) = basis_words(json.dumps([cited]))
    loss = _range(row["loss_from"], row["loss_to"], ("元", "yuan"))
    fine = _range(row["multiple_min"], row["multiple_max"], ("倍", "times the loss"))
    if row["multiple_min"] is None:
        fine = _range(row["fine_min"], row["fine_max"], ("元", "yuan"))
    sure = row["verify_status"] == "verified"
    return Words(
        f"{clause.zh.split('：')[0]}　{row['band_name']}：{row['circumstance']}"
        f"{f'（损失{loss.zh}）' if loss.zh else ''}，幅度 {fine.zh}；{row['doc_no']}{'' if sure else '（文件待核）'}",
        f"{clause.en.split(': ')[0]}, band {row['band']}{f' (loss {loss.en})' if loss.en else ''}: {fine.en}; "
        f"{row['doc_no']}{'' if sure else ' (document to be verified)'}",
    )


def _range(low: Any, high: Any, unit: tuple[str, str]) -> Words:
    if low is None and high is None:
        return Words("", "")
    if high is None:
        return Words(f"{quantity(low)}{unit[0]}以上", f"from {quantity(low)} {unit[1]}")
    return Words(
        f"{quantity(low)}至{quantity(high)}{unit[0]}", f"{quantity(low)} to {quantity(high)} {unit[1]}"
    )
