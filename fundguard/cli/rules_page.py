"""The catalogue of rules, knowledge, law and coverage as one offline page: Chinese or English, searched by typing."""

from collections import Counter
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from rules_kb import knowledge, law
from rules_kb.library import Library
from rules_kb.rule import Rule

TEMPLATE = Path(__file__).with_name("rules_page.html")

CLASSES = {
    "policy": ("政策类", "policy"),
    "management": ("管理类", "management"),
    "medical": ("医疗类", "medical"),
    "extra": ("增补类", "extra"),
    "regional": ("本地", "regional"),
}
RESULTS = {
    "violation": ("违规", "violation"),
    "suspect": ("可疑", "suspect"),
    "indicator": ("指标", "indicator"),
}
STAGES = {"pre": ("事前", "pre"), "in": ("事中", "in"), "post": ("事后", "post")}
STATES = {
    "yes": ("可判", "can judge"),
    "no_points": ("缺知识点", "no points"),
    "extension": ("需扩展表", "needs a table"),
}
KINDS = {
    "point": ("已公布知识点", "published points"),
    "expert": ("专家起始值", "expert starters"),
    "policy": ("政策表", "policy tables"),
    "dictionary": ("字典", "dictionaries"),
}
STATUS = {
    "verified": ("已核实", "verified"),
    "secondary": ("二手转录", "second-hand"),
    "recalled": ("凭记忆", "recalled"),
    "proposed": ("建议值", "proposed"),
    "demo": ("示例", "demo"),
}
SAMPLE = 4
"""Rows of a table that are shown."""


def page(library: Library, rows: list[dict[str, Any]]) -> str:
    """The whole page; nothing is loaded from anywhere."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters["both"] = _both
    shown = [_rule(library.rules[row["id"]], row) for row in rows]
    tables = [_table(name, library) for name in knowledge.tables()]
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        rules=shown,
        tables=tables,
        laws=_laws(library),
        counts=Counter(rule["state"] for rule in shown),
        classes={name: CLASSES[name] for name in CLASSES if any(rule["class"] == name for rule in shown)},
        results=RESULTS,
        stages=STAGES,
        states=STATES,
        kinds=KINDS,
        status=STATUS,
        grid=[_coverage(name, shown) for name in CLASSES if any(rule["class"] == name for rule in shown)],
        points=Counter(sum((Counter(table["status"]) for table in tables), Counter())),
        wanted=_wanted(shown),
    )


def _both(words: tuple[str, str]) -> Markup:
    """Chinese and English as two spans, one of which the page shows."""
    return Markup("<span class=zh>{}</span><span class=en>{}</span>").format(*words)


def _rule(rule: Rule, row: dict[str, Any]) -> dict[str, Any]:
    state = "extension" if row["extension"] else "no_points" if row["no_points"] else "yes"
    basis = [
        law.resolve({k: v for k, v in b.model_dump().items() if v is not None}, on=None) for b in rule.basis
    ]
    text = [rule.id, rule.code, row["official"], rule.title.zh, rule.title.en, rule.grain, rule.when]
    text += [rule.reason.zh, rule.reason.en, *rule.needs, *row["knowledge"], *(p.reference for p in basis)]
    text += [p.says.zh for p in basis]
    return {
        "rule": rule,
        "id": rule.id,
        "class": row["class"],
        "state": state,
        "lacks": row["extension"] + row["no_points"] + row["in_part"],
        "row": row,
        "basis": basis,
        "text": " ".join(str(part) for part in text if part).lower(),
    }


def _table(name: str, library: Library) -> dict[str, Any]:
    table = knowledge.load(name)
    columns = table.arrow.column_names
    status = Counter(table.arrow["verify_status"].to_pylist()) if "verify_status" in columns else Counter()
    sample = [
        {
            key: value
            for key, value in row.items()
            if value is not None and key not in ("point_id", "supersedes")
        }
        for row in table.arrow.slice(0, SAMPLE).to_pylist()
    ]
    head = table.header
    return {
        "name": name,
        "head": head,
        "rows": len(table),
        "status": status,
        "sample": sample,
        "users": [r for r in library.rules.values() if any(u.table == name for u in r.knowledge.values())],
        "text": " ".join(
            [name, head.zh, head.en, head.source, *(c.name + c.zh for c in head.columns)]
        ).lower(),
    }


def _laws(library: Library) -> list[dict[str, Any]]:
    """Every instrument with its provisions and the rules that rest on each."""
    found = []
    for instrument in law.instruments().values():
        cited: dict[tuple[Any, ...], list[Rule]] = {}
        for rule in library.rules.values():
            for basis in rule.basis:
                if basis.law == instrument.id:
                    cited.setdefault((basis.article, basis.paragraph, basis.item), []).append(rule)
        provisions = [(p, cited.get((p.article, p.paragraph, p.item), [])) for p in instrument.provisions]
        words = [instrument.id, instrument.title.zh, instrument.title.en, instrument.number]
        words += [f"{p.reference} {p.says.zh} {p.says.en}" for p, _ in provisions]
        found.append({"law": instrument, "provisions": provisions, "text": " ".join(words).lower()})
    return found


def _coverage(name: str, shown: list[dict[str, Any]]) -> dict[str, Any]:
    """How many rules of a class can judge, and at which stage."""
    own = [rule for rule in shown if rule["class"] == name]
    return {
        "class": CLASSES[name],
        "rules": len(own),
        "states": Counter(rule["state"] for rule in own),
        "stages": Counter(stage for rule in own for stage in rule["rule"].stages),
        "logic": Counter(rule["rule"].logic for rule in own),
    }


def _wanted(shown: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """What would make further rules evaluable: an extension column or the points of a table → those rules."""
    found: dict[str, list[dict[str, Any]]] = {}
    for rule in shown:
        for lack in rule["lacks"]:
            found.setdefault(str(escape(lack)), []).append(rule)
    return sorted(found.items(), key=lambda entry: (-len(entry[1]), entry[0]))
