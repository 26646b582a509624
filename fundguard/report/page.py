"""The HTML report of a night: one file, no network, Chinese with an English switch, fit for A4."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from fundguard.casework import discretion, words
from fundguard.casework.citation import basis_words
from fundguard.casework.peer_groups import peer_group_words
from fundguard.casework.schemes import scheme
from fundguard.report import figures
from fundguard.report.drift_words import drift_words, false_words, rows
from fundguard.report.facts import Facts
from fundguard.report.manifest import elapsed, judged_span

_FOLDER = Path(__file__).with_name("templates")


def page(facts: Facts) -> str:
    """The whole page as text. Everything on it is escaped; figures are drawn from numbers."""
    units, first, last = judged_span(facts.manifest)
    funnel = facts.plots.funnel if facts.plots else None
    ring = facts.rings[0] if facts.rings else None
    verdicts = [check.verdict for check in facts.checks]
    text = (
        _environment()
        .get_template("report.html")
        .render(
            facts=facts,
            run=facts.manifest,
            units=units,
            first=first,
            last=last,
            seconds=elapsed(facts.manifest),
            verdicts={name: verdicts.count(name) for name in ("pass", "warn", "stop", "waived")},
            money_figure=figures.money_funnel(facts.money),
            amounts_figure=figures.columns(
                facts.plots.amounts,
                figures.amount_labels(),
                words.Words("命中金额分布", "amounts of hits"),
                root=True,
            )
            if facts.plots
            else Markup(),
            score_figures=[
                (words.words_of(words.PARTIES, party), sum(tenths), _tenths(tenths))
                for party, tenths in (facts.plots.scores if facts.plots else {}).items()
            ],
            funnel=funnel,
            funnel_figure=figures.peer_funnel(funnel) if funnel else Markup(),
            drift=drift_words(facts.manifest),
            drift_rows=rows(facts.manifest),
            false_bound=false_words(facts.manifest),
            ring=ring,
            ring_figure=figures.ring_graph(ring, facts.ring_members, facts.names) if ring else Markup(),
            ring_days=figures.ring_calendar(ring, facts.names) if ring else Markup(),
            style=Markup((_FOLDER / "style.css").read_text(encoding="utf-8")),
            script=Markup((_FOLDER / "page.js").read_text(encoding="utf-8")),
        )
    )
    return "\n".join(line.strip() for line in text.splitlines() if line.strip()) + "\n"


def _tenths(tenths: tuple[int, ...]) -> Markup:
    labels = [f".{nth}" for nth in range(10)]
    return figures.columns(tenths, labels, words.Words("评分分布", "scores"), root=True)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters |= {
        "yuan": words.yuan,
        "short_yuan": words.short_yuan,
        "count": words.count,
        "quantity": words.quantity,
        "by_chance": words.by_chance,
        "peer_group": peer_group_words,
        "both": both,
    }
    environment.globals |= {
        "t": lambda zh, en: both(words.Words(zh, en)),
        "label_of": lambda table, key: both(words.words_of(getattr(words, table), key)),
        "scheme": scheme,
        "basis_words": basis_words,
        "discretion_heading": discretion.HEADING,
        "discretion_caution": discretion.CAUTION,
        "share": words.share,
        "short_id": words.short_id,
        "who": who,
        "at_risk": at_risk,
        "reason_width": figures.reason_width,
        "percent_of": figures.percent_of,
    }
    return environment


def both(said: words.Words | str) -> Markup:
    """A text in both languages; the page shows one of them."""
    if isinstance(said, str) or said.zh == said.en:
        return escape(said if isinstance(said, str) else said.zh)
    return Markup('<span class="zh">{}</span><span class="en" lang="en">{}</span>').format(said.zh, said.en)


def who(row: Mapping[str, Any], names: Mapping[str, str]) -> Markup:
    """A party in words: an institution's name, or kind and masked number of a person."""
    if row["party_type"] in ("person", "doctor"):
        kind = both(words.words_of(words.PARTIES, row["party_type"]))
        return Markup("{} {}").format(kind, words.short_id(row["party_id"], person=True))
    name = row.get("party_name") or names.get(row["party_id"]) or row["party_id"]
    return escape(words.short_id(str(name)) if name == row["party_id"] else str(name))


def at_risk(row: Mapping[str, Any]) -> Markup:
    """Yuan at risk; where another lead counts its rows, those in brackets; else the estimate, marked as one; else a dash."""
    if row["amount_at_risk"]:
        return escape(words.yuan(row["amount_at_risk"]))
    if row.get("amount_involved"):
        return Markup('<span class="soft">({})</span>').format(words.yuan(row["amount_involved"]))
    if not row["amount_estimated"]:
        return Markup('<span class="soft">–</span>')
    said = both(words.Words("估", "est."))
    return Markup('<span class="soft">{} {}</span>').format(said, words.yuan(row["amount_estimated"]))
