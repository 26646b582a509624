"""What the night writes: hits, rings, scores, leads and their evidence, as of a run date.

Result tables hold no wall-clock time, so the same inputs and versions give the same rows.
"""

from core.schema.columns import (
    Table,
    date,
    flag,
    money,
    number,
    text,
    texts,
    whole,
)

hit = Table(
    name="hit",
    zh="规则命中",
    key=("hit_id", "judged_day"),
    money="vola_amt",
    columns=(
        text("hit_id*", "命中ID"),
        text("rule_id*", "规则"),
        text("rule_code*", "规则编号"),
        whole("rule_ver*", "规则版本"),
        text("kb_ver*", "知识库版本"),
        text("stage*", "环节 pre/in/post"),
        text("result*", "结果 violation/suspect/indicator"),
        flag("verified*", "依据已核"),
        whole("sev_deg*", "严重程度 1/2/3", "sev_deg"),
        text("party_type*", "对象类型"),
        text("party_id*", "对象编号"),
        text("fixmedins_code", "机构编号"),
        text("psn_no", "人员编号"),
        text("dr_code", "医师代码"),
        text("mdtrt_id", "就诊ID"),
        text("setl_id", "结算ID"),
        text("bkkp_sn", "记账流水号"),
        texts("related_sn", "关联流水号"),
        date("setl_date", "结算日期"),
        date("service_date", "服务日期"),
        money("vola_amt", "疑点金额"),
        money("fund_amt", "基金损失"),
        text("amt_basis", "金额口径"),
        text("reason_zh", "理由"),
        text("reason_en", "reason"),
        text("evidence", "证据 JSON"),
        text("basis", "依据"),
        flag("shadow*", "影子规则"),
        # Which day's judging wrote the row: setl_date=…, open=…, event_date=…: the present hits of a
        # day are those of the latest run that judged it.
        text("judged_day*", "判定日"),
    ),
)

ring = Table(
    name="ring",
    zh="团伙",
    key=("ring_id",),
    columns=(
        text("ring_id*", "团伙ID"),
        text("kind*", "类型"),
        number("score*", "得分"),
        number("p_chance", "偶然概率"),
        whole("n_persons*", "人数"),
        whole("n_institutions*", "机构数"),
        date("first_date", "首日"),
        date("last_date", "末日"),
        money("fund_amt", "基金金额"),
        texts("benign_tags", "良性标记"),
        text("path", "路径 JSON"),
    ),
)

ring_member = Table(
    name="ring_member",
    zh="团伙成员",
    key=("ring_id", "party_type", "party_id"),
    columns=(
        text("ring_id*", "团伙ID"),
        text("party_type*", "对象类型"),
        text("party_id*", "对象编号"),
        text("role*", "角色"),
        number("weight", "权重"),
    ),
)

ring_event = Table(
    name="ring_event",
    zh="团伙成员的结算",
    key=("ring_id", "party_type", "party_id", "setl_id"),
    columns=(
        text("ring_id*", "团伙ID"),
        text("party_type*", "对象类型"),
        text("party_id*", "对象编号"),
        # A settlement of the ring's joint events that is the member's own: made by the person, made at the
        # place, signed by the doctor.
        text("setl_id*", "结算ID"),
        text("psn_no", "人员编号"),
        text("fixmedins_code", "定点医药机构编号"),
        date("event_date", "日期"),
        money("fund_amt", "基金金额"),
    ),
)

score = Table(
    name="score",
    zh="评分",
    key=("party_type", "party_id", "model", "period"),
    columns=(
        text("party_type*", "对象类型"),
        text("party_id*", "对象编号"),
        text("model*", "模型"),
        text("model_ver*", "模型版本"),
        text("period*", "期间"),
        number("score", "得分"),
        number("p", "概率"),
        text("reasons", "理由 JSON"),
        text("peer_group", "同类组"),
        whole("peer_n", "同类数"),
        number("percentile", "百分位"),
        money("excess_amt", "超出同类金额"),
    ),
)

pattern_score = Table(
    name="pattern_score",
    zh="情形评分",
    key=score.key,
    columns=score.columns,
)

# What a pattern's probability rests on: the cases that a lead shows.
pattern_event = Table(
    name="pattern_event",
    zh="情形明细",
    key=("pattern", "case_id"),
    money="amount",
    columns=(
        text("pattern*", "情形"),
        text("case_id*", "情形编号"),
        text("setl_id", "结算ID"),
        text("psn_no", "人员编号"),
        text("fixmedins_code", "机构编号"),
        text("dr_code", "医师代码"),
        date("day", "日期"),
        money("amount", "基金金额"),
    ),
)

lead = Table(
    name="lead",
    zh="线索",
    key=("lead_id",),
    money="amount_at_risk",
    columns=(
        text("queue*", "队列 investigate/recover/explore"),
        whole("rank*", "名次"),
        text("lead_id*", "线索ID"),
        text("scheme*", "情形"),
        text("party_type*", "对象类型"),
        text("party_id*", "对象编号"),
        text("party_name", "对象名称"),
        date("period_from", "起"),
        date("period_to", "止"),
        number("score", "得分"),
        number("p_confirm", "查实概率"),
        money("amount_at_risk", "涉险金额"),
        money("amount_involved", "涉及金额"),
        money("amount_estimated", "估计金额"),
        number("effort_hours", "核查工时"),
        text("stream", "来源"),
        text("reasons", "理由 JSON"),
        text("checks", "核对要点 JSON"),
        text("candidate_basis", "可能依据"),
        text("suggested_route", "建议路径"),
        date("first_seen", "首次出现"),
        date("last_seen", "最近出现"),
        text("status", "状态"),
    ),
)

lead_evidence = Table(
    name="lead_evidence",
    zh="线索证据",
    key=("lead_id", "kind", "ref_id", "setl_id", "bkkp_sn"),
    money="amount_counted",
    columns=(
        text("lead_id*", "线索ID"),
        text("family*", "证据族"),
        text("kind*", "类型 hit/ring/score"),
        text("ref_id*", "引用ID"),
        text("setl_id", "结算ID"),
        text("bkkp_sn", "记账流水号"),
        money("amount_counted", "计入金额"),
    ),
)

# For the agency that paid (经办), never against a provider.
benefit_check = Table(
    name="benefit_check",
    zh="待遇核对",
    key=("setl_id", "param", "judged_day"),
    money="difference_amt",
    columns=(
        text("setl_id*", "结算ID"),
        text("mdtrt_id", "就诊ID"),
        text("fixmedins_code", "机构编号"),
        text("insutype", "险种", "insutype"),
        text("med_type", "医疗类别", "med_type"),
        date("setl_date", "结算日期"),
        text("param*", "参数 deductible/pay_ratio/annual_cap"),
        whole("tier", "分段"),
        money("due_amt", "应为金额"),
        money("found_amt", "实际金额"),
        money("difference_amt", "差额"),
        text("doc_no", "文号"),
        text("judged_day*", "判定日"),
    ),
)

RESULTS: dict[str, Table] = {
    table.name: table
    for table in (
        hit,
        benefit_check,
        ring,
        ring_member,
        ring_event,
        pattern_score,
        pattern_event,
        score,
        lead,
        lead_evidence,
    )
}
