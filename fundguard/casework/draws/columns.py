"""Columns of the workbooks auditors know: 一单两库 (items, objects, inspectors), experts, year plan.

One list per sheet: our key, the Chinese heading, whether a row needs it, what to write. Headings are
accepted in Chinese or by key; further columns are named and ignored.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column: key, heading, whether every row needs it, what to write there (zh / en)."""

    key: str
    heading: str
    required: bool
    note: str
    choices: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


ITEMS = (
    Column("item", "抽查事项", True, "事项名称 what is inspected", also=("事项名称",)),
    Column("basis", "检查依据", True, "法律法规条款 legal basis, with article"),
    Column("item_class", "事项类别", False, "一般或重点 general or key", ("一般", "重点")),
    Column("type", "检查类型", False, "日常、专项、重点、专家", ("日常", "专项", "重点", "专家")),
    Column("object", "检查对象", False, "对象范围 which objects"),
    Column("content", "检查内容", False, "检查内容与方法，多项以；分开 what is looked at; several by ;"),
    Column("limit", "比例上限", False, "一般事项的抽查比例上限，如 10% upper limit for a general item"),
)
OBJECTS = (
    Column("id", "对象编号", True, "定点编码等，不重复 unique code", also=("定点编码",)),
    Column("name", "名称", True, "机构全称 full name", also=("机构名称", "对象名称")),
    Column("stratum", "层别", False, "抽样分层，与比例表一致 stratum, as in the ratios", also=("分层",)),
    Column(
        "excluded",
        "排除原因",
        False,
        "不参加本次抽查的客观原因（停业、注销…）；留空即参加 why it cannot be drawn; empty = in",
        also=("排除",),
    ),
    Column("uscc", "统一社会信用代码", False, "18 位 unified social credit code"),
    Column("weight", "权重", False, "1–1000 整数，留空为 1 whole number, empty = 1"),
    Column("county", "区县", False, "所在区县 county, for 交叉检查"),
    Column("credit", "信用等级", False, "A/B/C/D；只用于分层，不公开 for strata only, not published"),
    Column("risk", "风险等级", False, "高/中/低；只用于分层，不公开 for strata only, not published"),
    Column(
        "handled_by", "原经办", False, "经办、开方或结案人员编号，须回避 staff who made or closed it, by ;"
    ),
)
INSPECTORS = (
    Column("id", "人员编号", True, "单位内编号，勿用身份证号 staff number, no identity number"),
    Column("name", "姓名", True, "执法人员姓名 name", also=("检查人员",)),
    Column("org", "单位", True, "所属单位 employer"),
    Column("cert", "执法证号", True, "执法证编号；辅助人员写“无” certificate, or 无 for an assistant"),
    Column(
        "conflicts",
        "回避关系",
        False,
        "须回避的对象编号或名称，以；分开 objects to stay away from, by ;",
        also=("回避",),
    ),
    Column("specialty", "专长", False, "临床、药学、财务、信息… field"),
    Column("county", "区县", False, "所在区县 county"),
    Column("visited", "上一周期检查过", False, "上一周期去过的对象编号，以；分开 visited last cycle, by ;"),
    Column("leave", "请假", False, "是，或 2026-07-01~2026-07-10，以；分开 yes, or date ranges by ;"),
)
EXPERTS = (
    *(column for column in INSPECTORS if column.key not in ("cert", "name")),
    Column("name", "姓名", True, "专家姓名 name"),
)
YEAR_PLAN = (
    Column("year", "年度", True, "如 2026 year"),
    Column("item", "抽查事项", True, "与事项清单一致 as in the list of items"),
    Column("stratum", "层别", True, "与对象名录一致 as in the objects"),
    Column("ratio", "抽查比例", True, "(0, 1]，10% 写 0.1 或 10%"),
    Column("minimum", "最少数量", False, "每层至少抽取数 least number, whole number"),
    Column("frequency", "年度频次", False, "每年几次 times a year"),
    Column("period_from", "检查开始", False, "日期 date"),
    Column("period_to", "检查结束", False, "日期 date"),
    Column("method", "检查方式", False, "现场、书面、网络、委托专业机构 method"),
    Column("unit", "实施单位", False, "牵头单位 unit in charge"),
    Column("joint", "联合部门", False, "联合检查的部门 joint with"),
    Column("credit_rule", "信用风险分类监管要求", False, "各类差异化比例与频次 by credit class"),
)
RESULTS = (
    Column("id", "对象编号", True, "与抽查结果一致 as drawn"),
    Column("result", "结果代码", True, "见结果代码表 code of the result"),
    Column("inspected_on", "检查日期", False, "日期 date"),
    Column("verified_amount", "核实违规金额", False, "元，两位小数 yuan, verified on rows"),
    Column("note", "公开说明", False, "不得写入个人信息 public remark, no personal data"),
)
SHEETS = {
    "抽查事项清单": ITEMS,
    "检查对象名录库": OBJECTS,
    "执法检查人员名录库": INSPECTORS,
    "专家库": EXPERTS,
    "年度计划": YEAR_PLAN,
}
