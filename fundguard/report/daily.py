"""The 日报: one screen of plain text for the duty log, at most 40 lines of 100 columns."""

from collections.abc import Iterator

from fundguard.casework.schemes import scheme
from fundguard.casework.words import (
    PARTIES,
    QUEUES,
    STATES,
    count,
    cut,
    joined,
    pad,
    share,
    short_id,
    short_yuan,
    words_of,
    yuan,
)
from fundguard.report.drift_words import drift_words, false_words
from fundguard.report.facts import Facts
from fundguard.report.findings import RuleHits
from fundguard.report.manifest import Volume, elapsed, judged_span

LINES = 40
COLUMNS = 100
TABLES_SHOWN = 5
RULES_SHOWN = 4


def daily(facts: Facts) -> str:
    """The daily of one night; every line fits, whatever the night brought."""
    lines = [cut(line.rstrip(), COLUMNS) for line in _lines(facts)]
    return "\n".join(lines[:LINES])


def _lines(facts: Facts) -> Iterator[str]:
    yield from _head(facts)
    yield from _intake(facts)
    yield from _gate(facts)
    yield from _money(facts)
    yield from _rules(facts)
    yield from _rings(facts)
    yield from _leads(facts)
    yield from _false_bound(facts)
    yield from _changes(facts)
    yield from _drift(facts)
    yield from _silent(facts)
    yield from _where(facts)


def _head(facts: Facts) -> Iterator[str]:
    run = facts.manifest
    region = facts.region_name or str(run.get("region", ""))
    made_up = "【合成数据】" if facts.synthetic else ""
    yield f"医保基金智能监控 日报  {facts.as_of}  {region}{made_up}"
    units, first, last = judged_span(run)
    seconds = elapsed(run)
    spoken = f"判定 {len(units)} 个分区日 {first}…{last}" if first else "未判定新的日期"
    state = words_of(STATES, run.get("state")).zh
    took = "" if seconds is None else f"用时 {seconds // 60} 分 {seconds % 60:02d} 秒"
    kind = "建基线，不出线索" if run.get("baseline") else ""
    yield joined([f"{state}", took, f"引擎 {run.get('engine')}", f"批次 {facts.run_id}", kind])
    versions = run.get("versions") or {}
    yield joined([spoken, f"知识库 {versions.get('kb', '–')}", f"代码 {versions.get('code', '–')}"])
    if run.get("error"):
        yield f"原因：{run['error']}"


def _intake(facts: Facts) -> Iterator[str]:
    if not facts.volumes:
        yield "一 入库 intake  本次未入库：沿用数据仓现有数据"
        return
    total = [sum(getattr(v, name) for v in facts.volumes) for name in ("rows_in", "accepted", "refused")]
    yield (
        f"一 入库 intake  {len(facts.volumes)} 张表，来数 {count(total[0])}，接收 {count(total[1])}，"
        f"拒收 {count(total[2])}（{share(total[2], total[0])}）"
    )
    bad = sorted(facts.volumes, key=lambda v: (-v.refused, -v.rows_in))
    main = [v for v in facts.volumes if v.table in ("setl_d", "fee_list_d")]
    shown = list({v.table: v for v in (*main, *bad)}.values())[:TABLES_SHOWN]
    for volume in shown:
        yield _volume(volume)


def _volume(volume: Volume) -> str:
    reasons = "、".join(f"{words.zh} {count(number)}" for words, number in volume.reasons)
    flags = "、".join(f"{flag}×{count(number)}" for flag, number in sorted(volume.flags.items()))
    other = joined(
        [
            f"未变 {count(volume.unchanged)}" if volume.unchanged else "",
            f"待后日 {count(volume.waiting)}" if volume.waiting else "",
            f"标记 {flags}" if flags else "",
        ],
        "，",
    )
    return (
        f"   {pad(f'{volume.table} {volume.zh}', 24)}{pad(count(volume.rows_in), 12, right=True)} → "
        f"{pad(count(volume.accepted), 11)} 拒 {count(volume.refused)}"
        f"{f'（{reasons}）' if reasons else ''}{f'；{other}' if other else ''}"
    )


def _gate(facts: Facts) -> Iterator[str]:
    verdicts = [check.verdict for check in facts.checks]
    if not verdicts:
        yield "二 闸门 gate  无检查结果"
        return
    yield (
        f"二 闸门 gate  {len(verdicts)} 项：通过 {verdicts.count('pass')}，警告 {verdicts.count('warn')}，"
        f"停 {verdicts.count('stop')}，放行 {verdicts.count('waived')}"
    )
    for check in [c for c in facts.checks if c.verdict != "pass"][:2]:
        word = {"stop": "停", "waived": "放行", "warn": "警告"}.get(check.verdict, check.verdict)
        yield f"   [{word}] {joined([check.table, check.title.zh, check.says, check.waiver])}"


def _money(facts: Facts) -> Iterator[str]:
    m = facts.money
    yield (
        f"三 金额 money  结算 {short_yuan(m.settled).zh} → 基金支付 {short_yuan(m.fund).zh}"
        f" → 命中涉及基金 {short_yuan(m.hits).zh}"
    )
    yield (
        f"   → 逐行一次 {short_yuan(m.once).zh} → 计入线索 {yuan(m.in_leads)} 元；"
        f"{count(m.n_settled)} 次结算，{count(m.n_persons)} 人，{count(m.n_providers)} 家机构"
    )


def _rules(facts: Facts) -> Iterator[str]:
    total = sum(rule.hits for rule in facts.rules)
    stages = {s: sum(rule.by_stage[s] for rule in facts.rules) for s in ("post", "in", "pre")}
    yield (
        f"四 命中 hits  {count(total)} 条，{len(facts.rules)} 条规则；事后 {count(stages['post'])}，"
        f"事中 {count(stages['in'])}，事前 {count(stages['pre'])}"
    )
    for rule in facts.rules[:RULES_SHOWN]:
        yield _rule(rule)
    if facts.hidden:
        first = facts.hidden[0]
        own = sum(one.candidates for one in facts.hidden if one.suppression)
        yield (
            f"   不列命中 hidden：压制 {count(own)} 条，政策窗口 "
            f"{count(sum(one.candidates for one in facts.hidden) - own)} 条；最多 {first.by} {first.week} 当周 "
            f"{count(first.candidates)} 条"
        )


def _rule(rule: RuleHits) -> str:
    doubt = "" if rule.verified else "  依据待核"
    return (
        f"   {pad(rule.code, 14)}{pad(rule.title.zh, 36)}{pad(count(rule.hits), 9, right=True)} 条"
        f"{pad(yuan(rule.amount), 16, right=True)} 元{doubt}"
    )


def _rings(facts: Facts) -> Iterator[str]:
    yield f"五 团伙 rings  {facts.n_rings} 个，其中带良性标记 {facts.n_tagged} 个"
    first = facts.rings[0] if facts.rings else None
    if first and not first["benign_tags"]:
        said = first["path"].get("zh") or f"{first['n_persons']} 人 {first['n_institutions']} 家机构"
        yield f"   最强：{said}，基金 {short_yuan(first['fund_amt']).zh}"


def _leads(facts: Facts) -> Iterator[str]:
    if facts.manifest.get("baseline"):
        yield "六 线索 leads  基线批次不出线索"
        return
    parts = [
        f"{words_of(QUEUES, q.name).zh} {count(q.leads)} 条 {short_yuan(q.at_risk).zh}" for q in facts.queues
    ]
    yield "六 线索 leads  " + "；".join(parts)
    for row in facts.top[:5]:
        name = row["party_name"] or facts.names.get(row["party_id"], "")
        person = row["party_type"] in ("person", "doctor")
        shown = short_id(row["party_id"], person=person)
        who = name if name and not person else f"{words_of(PARTIES, row['party_type']).zh} {shown}"
        chance = "" if row["p_confirm"] is None else f"{row['p_confirm'] * 100:.0f}%"
        amount = row["amount_at_risk"] or 0
        involved, estimated = row["amount_involved"] or 0, row["amount_estimated"] or 0
        money = f"{yuan(amount)} 元"
        if not amount and (involved or estimated):
            money = f"涉及 {yuan(involved)} 元" if involved else f"估计 {yuan(estimated)} 元"
        yield (
            f"  {pad(str(row['rank']), 3, right=True)} {pad(who, 34)} {pad(scheme(str(row['scheme'])).title.zh, 24)} "
            f"{pad(money, 22, right=True)} {pad(chance, 5, right=True)}"
        )


def _false_bound(facts: Facts) -> Iterator[str]:
    said = false_words(facts.manifest)
    if said and facts.top:
        yield f"   {said.zh}"


def _drift(facts: Facts) -> Iterator[str]:
    said = drift_words(facts.manifest)
    if said:
        yield f"   {said.zh}"


def _changes(facts: Facts) -> Iterator[str]:
    changed = facts.changes
    if changed.before is None:
        yield "七 变化 changes  首次出线索，无前次可比"
        return
    yield (
        f"七 变化 changes  与 {changed.before} 相比：新增 {changed.new}，金额或队列变化 {changed.changed}，"
        f"不再出现 {changed.gone}"
    )


def _silent(facts: Facts) -> Iterator[str]:
    if not facts.silent:
        yield "八 未能判定 not evaluable  无"
        return
    named = "；".join(
        f"{silent.title.zh}（{silent.why.zh}{'' if silent.candidates is None else f'，{count(silent.candidates)} 条'}）"
        for silent in facts.silent[:3]
    )
    yield f"八 未能判定 not evaluable  {len(facts.silent)} 条规则：{named}"
    for note in facts.notes[:2]:
        yield f"   {note.zh}"


def _where(facts: Facts) -> Iterator[str]:
    yield f"九 位置 where  HOME = {facts.home}"
    yield f"   报告 docs/{facts.report.name}  结果 warehouse/  拒收 quarantine/  清单 runs/〈批次〉/manifest.json"
    todo = []
    if any(volume.refused for volume in facts.volumes):
        todo.append("看拒收 fundguard quarantine list")
    if any(check.verdict in ("warn", "waived") for check in facts.checks):
        todo.append("看闸门 fundguard gate show --run 〈批次〉")
    if facts.top:
        todo.append("打开报告，从第一条起核对；名单 fundguard leads export --out F.xlsx")
    yield "十 下一步 next  " + (todo[0] if todo else "无")
    for further in todo[1:]:
        yield f"   {further}"
    yield "线索不是结论：须经人工核查认定 Clues, never verdicts: a person decides."
