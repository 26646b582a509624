"""HOME/docs/gate-<run>.html: the gate's results on one self-contained page, Chinese with English."""

from html import escape
from pathlib import Path
from typing import Any

_HEAD = """<!doctype html><html lang="zh"><meta charset="utf-8"><title>数据闸口 {run}</title><style>
body{{font:14px/1.5 system-ui,"Noto Sans CJK SC",sans-serif;margin:2rem auto;max-width:62rem;color:#1b1f24}}
table{{border-collapse:collapse;width:100%;margin:.6rem 0 1.6rem}}th,td{{border-bottom:1px solid #d5dae0;
padding:.25rem .5rem;text-align:left}}td.n{{text-align:right;font-variant-numeric:tabular-nums}}
.stop{{background:#fbe3e0}}.warn{{background:#fff3d6}}.en{{color:#66707a}}@media print{{body{{margin:0}}}}
</style>"""


def write_page(
    path: Path, run_id: str, as_of: str, tables: dict[str, Any], results: list[Any], waivers: list[Any]
) -> None:
    """Write the page: per table rows and yuan, then every check, failed ones first."""
    parts = [_HEAD.format(run=escape(run_id))]
    stops = [one for one in results if one["severity"] == "stop" and not one["success"] and not one["waived"]]
    verdict = "停止 <span class=en>stopped</span>" if stops else "通过 <span class=en>passed</span>"
    parts.append(
        f"<h1>数据闸口 <span class=en>Gate</span> · {escape(run_id)} · {escape(as_of)} · {verdict}</h1>"
    )
    parts.append("<h2>各表 <span class=en>Tables</span></h2><table><tr>")
    heads = (
        "表 table",
        "入 in",
        "收 accepted",
        "拒 refused",
        "待 waiting",
        "入元 yuan in",
        "拒元 yuan refused",
        "原因 reasons",
        "未知列 unknown columns",
    )
    parts += [f"<th>{head}</th>" for head in heads] + ["</tr>"]
    for name, one in tables.items():
        reasons = ", ".join(f"{reason} {rows:,}" for reason, rows in one["refused"].items())
        cells = [
            f"{one['rows_in']:,}", f"{one['accepted']:,}", f"{sum(one['refused'].values()):,}",
            f"{one['waiting']:,}", one["money_in"], one["money_refused"],
        ]  # fmt: skip
        numbers = "".join(f"<td class=n>{cell}</td>" for cell in cells)
        unknown = escape(", ".join(one["unknown_columns"]))
        parts.append(f"<tr><td>{name}</td>{numbers}<td>{escape(reasons)}</td><td>{unknown}</td></tr>")
    parts.append("</table><h2>检查 <span class=en>Checks</span></h2><table><tr>")
    for head in (
        "检查 check",
        "级别 severity",
        "不符 unexpected",
        "总数 total",
        "占比 share",
        "上限 limit",
        "结果 result",
    ):
        parts.append(f"<th>{head}</th>")
    for one in sorted(results, key=lambda r: (r["success"], r["severity"] != "stop", r["check"])):
        style = "" if one["success"] else f' class="{one["severity"]}"'
        said = "符合 ok" if one["success"] else ("放行 waived" if one["waived"] else "不符 failed")
        parts.append(
            f"<tr{style}><td>{escape(one['check'])}</td><td>{one['severity']}</td>"
            f"<td class=n>{one['unexpected']:,}</td><td class=n>{one['total']:,}</td>"
            f"<td class=n>{one['share']:.2%}</td><td class=n>{one['max_share']:.2%}</td><td>{said}</td></tr>"
        )
    parts.append("</table>")
    if waivers:
        parts.append("<h2>放行 <span class=en>Waivers</span></h2><ul>")
        parts += [
            f"<li>{escape(w['check'])}: {escape(w['reason'])} — {escape(w['by'])}, {escape(w['second'])}</li>"
            for w in waivers
        ]
        parts.append("</ul>")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([*parts, "</html>"]), encoding="utf-8")
