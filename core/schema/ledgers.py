"""What the door writes beside the landed tables: refunds with their originals, and refused rows."""

from core.schema.columns import Day, Table, date, money, text, whole

refund = Table(
    name="refund",
    zh="退费台账",
    key=("level", "refund_id"),
    day=Day("setl_date", "refund_date"),
    money="refund_amt",
    source="contract §3, interfaces §4 A11",
    columns=(
        text("level*", "层级 settlement/line"),
        text("refund_id*", "退费记录：结算ID或记账流水号"),
        text("original_id", "原记录"),
        date("refund_date*", "退费日"),
        date("original_date", "原结算日"),
        text("fixmedins_code", "机构编号"),
        money("refund_amt", "退费金额"),
        money("original_amt", "原金额"),
        money("fund_amt", "退回基金"),
        text("state*", "状态 full/partial/over/unmatched"),
        whole("days_apart", "相隔天数"),
    ),
)
"""One row per refund: what it gives back, of which original, how many days later.

`full` gives everything back, `partial` a part, `over` more than was paid, `unmatched` names an original
that never landed. Cross-day and late refunds have `days_apart` > 0.
"""

quarantine = Table(
    name="quarantine",
    zh="隔离区",
    key=("source_file", "source_row", "reason"),
    source="contract §4",
    columns=(
        text("run_id*", "批次"),
        text("source_file*", "来源文件"),
        text("file_hash*", "文件哈希"),
        whole("source_row*", "行号（不计表头）"),
        text("reason*", "原因"),
        text("column", "字段"),
        text("value", "值"),
        text("raw", "原文"),
    ),
)
"""One row per refused row, under HOME/quarantine/<table>/."""

refused_header = Table(
    name="refused_header",
    zh="已到达但未收下的结算",
    key=("setl_id",),
    source="contract §3",
    columns=(text("setl_id*", "结算ID"), date("setl_time_day", "结算日")),
)
"""Settlements that landed but were refused: their lines are no orphans. HOME/ledger/header/."""

waiting_row = Table(
    name="waiting_row",
    zh="待后续日期的行",
    key=("source_row", "piece"),
    source="contract §5",
    columns=(whole("source_row*", "行号"), whole("piece*", "拆分序号")),
)
"""Rows of a landed file whose business day lies after the night that read it. HOME/ledger/left/."""

LEDGERS: dict[str, Table] = {table.name: table for table in (refund,)}
