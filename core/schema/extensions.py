"""Extension tables: what some rules need and the national settlement extract does not carry.

They land like every other table and are optional: a rule that needs one is not evaluable without it, and the
run's coverage says which column is missing. Names follow the national style; no national table was found.
"""

from core.schema.columns import (
    Column,
    Day,
    Table,
    date,
    identity,
    money,
    number,
    quantity,
    text,
    time,
)

_VERSION: tuple[Column, ...] = (
    text("vali_flag", "有效标志", "vali_flag"),
    time("updt_time", "更新时间"),
)
_SOURCE = "extension, rules §6 inputs"

medins_equip_b = Table(
    name="medins_equip_b",
    zh="机构设备登记",
    key=("fixmedins_code", "equip_type", "begndate"),
    source=_SOURCE,
    columns=(
        text("fixmedins_code*", "机构编号"),
        text("equip_type*", "设备类别"),
        date("begndate*", "启用日期"),
        date("enddate", "停用日期"),
        text("equip_no", "设备编号"),
    ),
)
"""Equipment, rooms and units an institution is registered for: CT, MRI, PIVAS, PACU, ICU, LAMINAR …"""

medins_dr_right_b = Table(
    name="medins_dr_right_b",
    zh="医师处方权限",
    key=("prac_psn_code", "right_type", "begndate"),
    source=_SOURCE,
    columns=(
        identity("prac_psn_code*", "人员代码"),
        text("right_type*", "权限类别"),
        text("right_lv*", "权限级别"),
        date("begndate*", "开始日期"),
        date("enddate", "结束日期"),
    ),
)
"""Prescribing rights; right_type antibiotic has the levels 1 非限制使用, 2 限制使用, 3 特殊使用."""

visit_channel_d = Table(
    name="visit_channel_d",
    zh="就诊渠道",
    key=("mdtrt_id",),
    day=Day("event_date", "begntime"),
    source=_SOURCE,
    columns=(
        text("mdtrt_id*", "就诊ID"),
        time("begntime*", "开始时间"),
        text("internet_flag*", "互联网诊疗标志", "flag"),
        *_VERSION,
    ),
)
"""Whether a visit took place over the internet; no national field was found for it."""

lab_rslt_d = Table(
    name="lab_rslt_d",
    zh="检验结果",
    key=("lab_rslt_id",),
    day=Day("event_date", "rpt_time"),
    source=_SOURCE,
    columns=(
        text("lab_rslt_id*", "检验结果ID"),
        identity("psn_no*", "人员编号"),
        text("fixmedins_code*", "机构编号"),
        time("rpt_time*", "报告时间"),
        text("bkkp_sn", "记账流水号"),
        text("done_hilist_code", "实际所做项目编码"),
        text("done_mtd_name", "实际方法学"),
        text("rslt_name", "指标名称"),
        number("rslt_value", "结果值"),
        *_VERSION,
    ),
)
"""Laboratory reports; done_hilist_code is the catalogue item of the method in fact used."""

implant_use_d = Table(
    name="implant_use_d",
    zh="植介入耗材使用登记",
    key=("implant_use_id",),
    day=Day("event_date", "use_time"),
    source=_SOURCE,
    columns=(
        text("implant_use_id*", "使用登记ID"),
        text("mdtrt_id*", "就诊ID"),
        identity("psn_no*", "人员编号"),
        text("fixmedins_code*", "机构编号"),
        text("hilist_code*", "耗材编码"),
        quantity("cnt*", "使用数量"),
        time("use_time*", "使用时间"),
        text("udi_codg", "唯一标识"),
        *_VERSION,
    ),
)
"""What was implanted or used up in an operation, from the operation record."""

infection_rpt_d = Table(
    name="infection_rpt_d",
    zh="院内感染报告",
    key=("infection_rpt_id",),
    day=Day("event_date", "infection_time"),
    source=_SOURCE,
    columns=(
        text("infection_rpt_id*", "感染报告ID"),
        text("mdtrt_id*", "就诊ID"),
        identity("psn_no*", "人员编号"),
        text("fixmedins_code*", "机构编号"),
        time("infection_time*", "感染日期"),
        text("infection_type", "感染部位"),
        *_VERSION,
    ),
)

ward_leave_d = Table(
    name="ward_leave_d",
    zh="住院请假登记",
    key=("ward_leave_id",),
    day=Day("event_date", "leave_begntime"),
    source=_SOURCE,
    columns=(
        text("ward_leave_id*", "请假ID"),
        text("mdtrt_id*", "就诊ID"),
        identity("psn_no*", "人员编号"),
        time("leave_begntime*", "请假开始时间"),
        time("leave_endtime", "请假结束时间"),
        *_VERSION,
    ),
)

drg_audit_d = Table(
    name="drg_audit_d",
    zh="病组复核",
    key=("setl_id",),
    day=Day("event_date", "audit_time"),
    source=_SOURCE,
    columns=(
        text("setl_id*", "结算ID"),
        time("audit_time*", "复核时间"),
        text("drg_codg*", "结算病组编码"),
        text("audit_drg_codg*", "复核病组编码"),
        number("drg_wt", "结算病组权重"),
        number("audit_drg_wt", "复核病组权重"),
        money("drg_std_amt", "结算病组支付标准"),
        money("audit_drg_std_amt", "复核病组支付标准"),
        *_VERSION,
    ),
)
"""A settlement grouped again from its record: group paid, group found, weights and standards."""

EXTENSIONS: dict[str, Table] = {
    table.name: table
    for table in (
        medins_equip_b,
        medins_dr_right_b,
        visit_channel_d,
        lab_rslt_d,
        implant_use_d,
        infection_rpt_d,
        ward_leave_d,
        drg_audit_d,
    )
}
"""Optional tables beyond the landing contract; merged into LANDING."""
