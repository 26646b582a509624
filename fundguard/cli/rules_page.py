"""The catalogue of rules and knowledge as one offline page: search by typing, Chinese and English."""

import html
from typing import Any

from rules_kb import knowledge, law
from rules_kb.library import Library
from rules_kb.rule import Rule

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;color:#1b1b1f}
input{font:inherit;width:100%;padding:.5rem;box-sizing:border-box;position:sticky;top:0}
details{border-top:1px solid #ddd;padding:.4rem 0}summary{cursor:pointer}
code{background:#f2f2f5;padding:0 .2rem}table{border-collapse:collapse}td,th{padding:.15rem .6rem;text-align:left}
.no{color:#8a5a00}.dim{color:#5f5f66}h2{margin-top:2rem}
"""
_SCRIPT = """
const box=document.querySelector('input');
box.addEventListener('input',()=>{const words=box.value.toLowerCase().split(/\\s+/).filter(Boolean);
document.querySelectorAll('[data-text]').forEach(row=>{
row.hidden=!words.every(word=>row.dataset.text.includes(word))})});
"""


def page(library: Library, rows: list[dict[str, Any]]) -> str:
    """The whole page; nothing is loaded from anywhere."""
    evaluable = [row for row in rows if not row["extension"] and not row["no_points"]]
    extension = [row for row in rows if row["extension"]]
    empty = [row for row in rows if row["no_points"]]
    rules = "".join(_rule(library.rules[row["id"]], row) for row in rows)
    tables = "".join(_table(name) for name in knowledge.tables())
    return (
        "<!doctype html><html lang=zh><meta charset=utf-8><title>规则库、知识库目录 · Rules and knowledge</title>"
        f"<style>{_STYLE}</style><h1>规则库、知识库目录 <span class=dim>Rules and knowledge</span></h1>"
        f"<p>{len(rows)} 条规则 rules · {len(evaluable)} 可判 evaluable on the landing contract and shipped points · "
        f"{len(extension)} 需扩展表 need an extension table · {len(empty)} 无知识点 have no points yet</p>"
        "<input placeholder='搜索 search: 编码 code, 名称 name, 依据 basis, 字段 column …' aria-label=search>"
        f"<h2>规则 Rules</h2>{rules}<h2>知识表 Knowledge</h2>{tables}<script>{_SCRIPT}</script></html>\n"
    )


def _rule(rule: Rule, row: dict[str, Any]) -> str:
    state = "; ".join(row["extension"] + row["no_points"])
    basis = [
        law.resolve({k: v for k, v in b.model_dump().items() if v is not None}, on=None) for b in rule.basis
    ]
    facts = [
        ("官方编码 official", row["official"] or "—"),
        ("类别 class", row["class"]),
        ("粒度 grain", rule.grain),
        ("环节 stages", " ".join(rule.stages)),
        ("结果 result", f"{rule.result} · 逻辑 logic {rule.logic}"),
        ("有效期 valid", f"{rule.valid.from_} – {rule.valid.to or ''}"),
        ("字段 needs", ", ".join(rule.needs)),
        ("知识表 knowledge", ", ".join(row["knowledge"]) or "—"),
        ("条件 when", rule.when),
        ("未知 unknown", rule.unknown),
        ("金额 amount", rule.amount or "—"),
        ("阈值 parameters", "; ".join(f"{n}={p.default} {p.zh}（{p.source}）" for n, p in rule.parameters.items()) or "—"),
        ("理由 reason", f"{rule.reason.zh} / {rule.reason.en}"),
        ("依据 basis", "; ".join(f"{p.reference} {p.says.zh} [{p.verify_status}]" for p in basis)),
        ("陷阱 pitfalls", rule.pitfalls),
        ("核查 guide", rule.guide),
        ("反事实 counterfactual", f"{rule.counterfactual.zh} / {rule.counterfactual.en}" if rule.counterfactual else "—"),
        ("示例 examples", "; ".join(f"{e.name} → {e.then}" for e in rule.examples)),
    ]  # fmt: skip
    cells = "".join(f"<tr><th>{html.escape(k)}<td>{html.escape(str(v))}" for k, v in facts)
    text = " ".join(
        [rule.id, rule.code, rule.title.zh, rule.title.en, state, *(str(v) for _, v in facts)]
    ).lower()
    mark = f" <span class=no>{html.escape(state)}</span>" if state else ""
    return (
        f'<details data-text="{html.escape(text, quote=True)}"><summary><code>{rule.code}</code> '
        f"{html.escape(rule.title.zh)} <span class=dim>{html.escape(rule.title.en)}</span>{mark}</summary>"
        f"<table>{cells}</table></details>"
    )


def _table(name: str) -> str:
    table = knowledge.load(name)
    head = table.header
    columns = "".join(
        f"<tr><td><code>{c.name}</code><td>{c.type}<td>{html.escape(c.zh)}<td>{html.escape(c.en)}"
        for c in head.columns
    )
    text = " ".join([name, head.zh, head.en, head.source, *(c.name + c.zh for c in head.columns)]).lower()
    return (
        f'<details data-text="{html.escape(text, quote=True)}"><summary><code>{name}</code> {html.escape(head.zh)} '
        f"<span class=dim>{html.escape(head.en)} · {len(table):,} 行 rows · {head.kind}</span></summary>"
        f"<p>{html.escape(head.source)}</p><table>{columns}</table></details>"
    )
