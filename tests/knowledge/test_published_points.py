"""The shipped points hold what the documents say; expected values are written by hand from them."""

import unicodedata
from collections import Counter
from datetime import date

import pytest

from rules_kb.knowledge import load, tables

RESTATED = date(2026, 1, 28)


def rows(table, **where):
    return [r for r in load(table).arrow.to_pylist() if all(r[k] == v for k, v in where.items())]


def on(table, day, **where):
    found = load(table).in_force(day).to_pylist()
    return [r for r in found if all(r[k] == v for k, v in where.items())]


# The unit of each official count: batches 1, 3–6 and 8 count codes, batch 2 counts
# rows of (operation, group), batch 7 counts directed pairs. One of our rows is one such unit.
OFFICIAL = {"1": 11290, "2": 378, "3": 112, "4": 736, "5": 962, "6": 1147, "7": 900, "8": 93}


def test_official_counts_of_batches_1_to_8():
    found = Counter()
    for table in tables():
        known = load(table)
        if known.header.kind == "point":
            found.update(known.arrow["batch"].to_pylist())
    assert {batch: found[batch] for batch in OFFICIAL} == OFFICIAL
    assert found["9"] == 601  # code-level count of batch 9


@pytest.mark.parametrize(
    "table, batch, count",
    [
        ("drug_sex_limit", "1", 6472),
        ("service_sex_limit", "1", 390),
        ("drug_age_limit", "1", 4398),
        ("service_age_limit", "1", 30),
        ("service_day_cap", "8", 67),
        ("service_age_limit", "8", 1),
        ("service_course_limit", "8", 11),
        ("service_period_cap", "8", 14),
        ("tcm_piece_limit", "11", 153),
    ],
)
def test_parts_of_a_batch(table, batch, count):
    assert len(rows(table, batch=batch)) == count


def test_repeat_charge_windows():
    pairs = rows("service_repeat_charge")
    assert Counter(r["window"] for r in pairs) == {"day": 446, "stay": 429, "6h": 18, "hour": 7}


# Trap 1: directed pair, the component is hilist_code, the window is of the row.
@pytest.mark.parametrize(
    "main, component, window",
    [
        ("001103000010000", "001109000010000", "day"),  # T001 急诊监护费 × 普通病房床位费
        ("003107020020000", "003107010220000", "hour"),  # T011 持续有创性血压监测 × 心电监测
        ("003310020050000", "003310020030000", "stay"),  # T019 胃癌根治术 × 近端胃大部切除术
        ("003314000020000", "003112010260000", "6h"),  # T026 单胎顺产接生 × 胎心监测
        ("003110000100000", "003110000060000", "day"),  # T013 血液灌流 × 血液透析
    ],
)
def test_pairs_are_directed(main, component, window):
    (pair,) = rows("service_repeat_charge", main_code=main, hilist_code=component)
    assert pair["window"] == window
    assert rows("service_repeat_charge", main_code=component, hilist_code=main) == []


# Trap 2: 日 is 1 a day, 小时 is 24 a day.
@pytest.mark.parametrize(
    "code, cap, unit",
    [
        ("001102000050000", 1, "day"),  # T035 住院诊查费
        ("003301000100000", 1, "day"),  # T061 硬膜外连续镇痛, published as 天
        ("003106030010000", 24, "hour"),  # T050 呼吸机辅助呼吸
        ("003308030250000", 24, "hour"),  # T062 体外人工膜肺
    ],
)
def test_day_caps(code, cap, unit):
    (row,) = rows("service_day_cap", hilist_code=code)
    assert (row["cap"], row["cap_unit"], row["window"]) == (cap, unit, "day")


# Trap 3, and error 5 of others: a rolling period in days, no calendar week.
@pytest.mark.parametrize(
    "code, days", [("002503020020000", 7), ("002503020030000", 15), ("003104010220000", 14)]
)
def test_period_caps(code, days):
    (row,) = rows("service_period_cap", hilist_code=code)
    assert (row["cap"], row["period_days"]) == (1, days)


# Trap 4: three ways of counting a course.
@pytest.mark.parametrize(
    "code, day, count, unit, mode",
    [
        ("XB01AXA223B001010100269", date(2026, 3, 1), 14, "day", "distinct_days_total"),
        ("ZA12HAY0759010106725", date(2025, 9, 1), 14, "day", "per_stay_days"),
        ("ZA12HAY0759010106725", date(2026, 3, 1), 14, "day", "per_stay_days"),
        ("XC01EBC109B001010102049", date(2026, 3, 1), 3, "day", "per_stay_days"),
    ],
)
def test_course_modes(code, day, count, unit, mode):
    (row,) = on("drug_course_limit", day, hilist_code=code)
    assert (row["course_count"], row["course_unit"], row["count_mode"]) == (count, unit, mode)


def test_the_one_course_counted_as_a_span():
    (row,) = rows("drug_course_limit", count_mode="span_from_first")
    assert (row["hilist_name"], row["course_count"], row["course_unit"]) == ("帕妥珠单抗注射液", 12, "month")
    assert row["enddate"] == date(2026, 1, 27)  # the revision dropped it


def test_start_within_hours():
    (row,) = on("drug_course_limit", date(2026, 3, 1), hilist_code="XN07XXD130E002010102774")
    assert (row["course_days"], row["start_within_hours"]) == (20, 72)


@pytest.mark.parametrize(
    "code, count, unit, scope",
    [
        ("003402000210000", 30, "day", "unstated"),
        ("003402000240000", 90, "day", "disease_course"),
        ("003402000350000", 1, "year", "unstated"),
    ],
)
def test_service_courses(code, count, unit, scope):
    (row,) = rows("service_course_limit", hilist_code=code)
    assert (row["course_count"], row["course_unit"], row["course_scope"]) == (count, unit, scope)


# Trap 5: a whitelist; excerpts never claim to be whole.
def test_operation_diagnosis_is_a_whitelist_excerpt():
    allowed = {r["diag_prefix"] for r in rows("operation_diagnosis_allowed", oprn_oprt_code="43.9900x004")}
    assert allowed == {"C16", "C85.900x023"}
    assert {r["complete"] for r in rows("operation_diagnosis_allowed")} == {0}


# Trap 6: 参保人 (246 rows) and 就诊人 (174 rows) are kept apart; here the drug sheets of batch 1.
def test_person_basis():
    first = {
        (r["source_row"], r["person_basis"])
        for r in rows("drug_age_limit", batch="1", limit_kind="children_only")
    }
    assert Counter(basis for _, basis in first) == {"insured": 97, "patient": 174}


# Trap 7: the single mode is a test on the prescription; both modes are kept apart.
@pytest.mark.parametrize(
    "code, mode",
    [("T001700233", "any"), ("T001700203", "any"), ("T000700200", "single"), ("T001700186", "single")],
)
def test_pieces(code, mode):
    (row,) = rows("tcm_piece_limit", hilist_code=code)
    assert row["pay_mode"] == mode


def test_piece_counts():
    assert Counter(r["pay_mode"] for r in rows("tcm_piece_limit")) == {"single": 116, "any": 37}


# Trap 8: the group is national, the rate is not.
def test_surgery_groups():
    found = Counter(r["surgery_group"] for r in rows("surgery_discount_group"))
    assert found == {
        "肝胆手术组": 89,
        "胃肠手术组": 87,
        "膀胱尿道手术组": 65,
        "女性生殖系统手术组": 44,
        "直肠肛门手术组": 43,
        "经腹直肠手术组": 28,
        "男性生殖系统手术组": 22,
    }
    groups = {r["surgery_group"] for r in rows("surgery_discount_group", hilist_code="003310030080000")}
    assert groups == {"胃肠手术组", "经腹直肠手术组", "肝胆手术组", "女性生殖系统手术组"}


# Trap 9: an exception of the remark column is kept.
def test_exception_of_the_remark_column():
    (row,) = rows("service_sex_limit", hilist_code="003111000180000")
    assert (row["gend"], row["except_text"]) == ("1", "儿童除外")


# Trap 10: the sex list is not completed by drug class.
@pytest.mark.parametrize(
    "name", ["非那雄胺", "坦索罗辛", "他莫昔芬", "来曲唑", "亮丙瑞林", "戈舍瑞林", "丙酸睾酮"]
)
def test_absent_sex_drugs_stay_absent(name):
    assert [r for r in rows("drug_sex_limit") if name in r["hilist_name"]] == []


@pytest.mark.parametrize("name", ["度他雄胺", "西地那非", "地屈孕酮"])
def test_present_sex_drugs(name):
    assert [r for r in rows("drug_sex_limit") if name in r["hilist_name"]]


@pytest.mark.parametrize(
    "code, gend",
    [
        ("XL02BBA326A001010102180", "1"),  # T146 阿帕他胺片
        ("ZD03AAA0043010100166", "2"),  # T150 艾附暖宫丸
        ("XJ02ACA397E001010184811", "2"),  # T154 奥特康唑胶囊
    ],
)
def test_drug_sex(code, gend):
    assert {r["gend"] for r in rows("drug_sex_limit", hilist_code=code)} == {gend}


def test_service_sex_counts():
    # The published sheet's own sex column: 133 male, 257 female.
    assert Counter(r["gend"] for r in rows("service_sex_limit")) == {"1": 133, "2": 257}


# Error 1 of others: emergency or stay is one row with a set, not two limits that both bind.
@pytest.mark.parametrize("day", [date(2025, 8, 8), date(2026, 6, 1)])
def test_emergency_or_stay_is_one_set(day):
    (row,) = on("drug_setting_limit", day, hilist_code="ZA07AAA0061010100166")
    assert row["settings"] == "emergency|inpatient"
    assert (row["inpatient"], row["emergency"], row["outpatient"]) == (1, 1, 0)


# Error 2 of others: 单次住院最多支付14天 is 14, not 15.
def test_fourteen_days_are_fourteen():
    days = {r["course_days"] for r in rows("drug_course_limit", hilist_name="注射用益气复脉(冻干)")}
    assert days == {14}


# Error 3 of others: the level of the eye drugs is an OR, and first prescription is no plain level.
def test_levels():
    (eye,) = on("drug_level_limit", date(2026, 3, 1), hilist_code="XS01LAL328B002010104021")
    assert (eye["level_min"], eye["specialist_level_min"], eye["specialty"]) == (3, 2, "眼科")
    (first,) = on("drug_level_limit", date(2026, 3, 1), hilist_code="XA10BJD332B002010178403")
    assert (first["level_min"], first["first_prescription_only"]) == (2, 1)
    (plain,) = on("drug_level_limit", date(2026, 3, 1), hilist_code="ZA12CAD0073010100142")
    assert (plain["level_min"], plain["specialist_level_min"], plain["first_prescription_only"]) == (
        2,
        None,
        0,
    )


# Error 4 of others: exact codes, whole windows.
def test_pair_codes_are_whole():
    assert {len(r["hilist_code"]) for r in rows("service_repeat_charge")} == {15}
    assert {len(r["main_code"]) for r in rows("service_repeat_charge")} == {15}


# Error 6 of others: both ends of an age range are kept, and lists do not collapse to their largest number.
@pytest.mark.parametrize(
    "name, low, high, spread",
    [
        ("盐酸可乐定缓释片", 6, 17, 0),
        ("波生坦分散片", 3, 12, 0),
        ("孟鲁司特钠口溶膜", 1, 14, 1),
        ("硫酸氢司美替尼胶囊", 3, None, 0),
        ("怡培生长激素注射液", 3, None, 0),
        ("水合氯醛灌肠剂", None, None, 0),
    ],
)
def test_ages(name, low, high, spread):
    found = on("drug_age_limit", date(2026, 3, 1), hilist_name=name, limit_kind="children_payable")
    assert {(r["age_min"], r["age_max"], r["age_spread"]) for r in found} == {(low, high, spread)}


def test_newborn_and_child_services():
    (newborn,) = rows("service_age_limit", hilist_code="001201000070000")
    assert (newborn["age_group"], newborn["age_max"], newborn["age_unit"]) == ("newborn", 28, "day")
    (child,) = rows("service_age_limit", hilist_code="001204000070000")
    assert (child["age_group"], child["age_max"]) == ("child", None)
    (work,) = rows("service_age_limit", hilist_code="003402000320000")
    assert work["limit_kind"] == "working_age"


# Error 7 of others: names of pieces are whole words.
def test_incompatible_pairs_are_whole_names():
    pairs = {(r["piece_name"], r["other_piece_name"]) for r in rows("tcm_incompatibility")}
    assert {("附子", "土贝母"), ("附子", "白及"), ("川乌", "炒瓜蒌子")} <= pairs
    assert not [pair for pair in pairs if pair[0] in ("附子土", "川乌炒瓜")]


# Error 9 of others: every text is NFKC, so ⼉ is 儿 and full-width marks are half-width.
@pytest.mark.parametrize("table", tables())
def test_texts_are_normal(table):
    known = load(table)
    for field in known.arrow.schema:
        if str(field.type) == "string" and field.name not in ("source", "doc_no", "circumstance"):
            texts = {text for text in known.arrow[field.name].to_pylist() if text}
            assert [text for text in texts if unicodedata.normalize("NFKC", text) != text] == []


# Error 10 of others: a code list that drifts is closed and opened by date, not overwritten.
def test_code_lists_by_date():
    assert len(rows("drug_second_line", hilist_name="艾拉莫德片")) == 20
    assert len(rows("drug_indication_text", hilist_name="艾拉莫德片")) == 32
    assert len(on("drug_level_limit", date(2025, 9, 1), hilist_name="香丹注射液")) == 141
    assert len(on("drug_level_limit", date(2026, 3, 1), hilist_name="香丹注射液")) == 147
    assert len(on("drug_level_limit", date(2025, 9, 1), hilist_name="参麦注射液")) == 57
    assert len(on("drug_level_limit", date(2026, 3, 1), hilist_name="参麦注射液")) == 55


@pytest.mark.parametrize(
    "table, name",
    [
        ("drug_course_limit", "帕妥珠单抗注射液"),
        ("drug_age_limit", "复方聚乙二醇(3350)电解质散"),
        ("drug_setting_limit", "脂肪乳(20%)/氨基酸(15)/葡萄糖(30%)注射液"),
    ],
)
def test_dropped_by_the_revision(table, name):
    assert on(table, date(2026, 1, 27), hilist_name=name)
    assert on(table, RESTATED, hilist_name=name) == []


def test_what_the_revision_did_not_restate_stays():
    # 奥硝唑阴道栓 is row 157 of the sheet, the first after the restated part.
    assert on("drug_sex_limit", RESTATED, hilist_name="奥硝唑阴道栓")
    assert on("drug_age_limit", RESTATED, hilist_name="氨金黄敏颗粒")


def test_validity_edges_and_supersession():
    code = "ZH01AAB0066010100716"  # T081 疤痕止痒软化膏, batch 3
    assert on("drug_insurance_limit", date(2025, 7, 29), hilist_code=code) == []
    (before,) = on("drug_insurance_limit", date(2026, 1, 27), hilist_code=code)
    (after,) = on("drug_insurance_limit", RESTATED, hilist_code=code)
    assert (before["batch"], after["batch"]) == ("3", "rev-2026-01")
    assert after["supersedes"] == before["point_id"]
    assert after["enddate"] is None


@pytest.mark.parametrize(
    "table, batch, day",
    [
        ("drug_sex_limit", "1", date(2025, 5, 23)),
        ("surgery_discount_group", "2", date(2025, 7, 22)),
        ("drug_insurance_limit", "3", date(2025, 7, 30)),
        ("drug_setting_limit", "4", date(2025, 8, 8)),
        ("drug_level_limit", "5", date(2025, 8, 14)),
        ("drug_course_limit", "6", date(2025, 8, 26)),
        ("service_repeat_charge", "7", date(2025, 12, 12)),
        ("service_day_cap", "8", date(2026, 1, 6)),
        ("drug_second_line", "9", date(2026, 4, 21)),
        ("drug_internet_exclusion", "10", date(2026, 4, 28)),
        ("tcm_piece_limit", "11", date(2026, 5, 11)),
        ("drug_indication_text", "12", date(2026, 5, 23)),
        ("drug_indication_text", "17", date(2026, 6, 29)),
    ],
)
def test_batch_dates(table, batch, day):
    assert {r["begndate"] for r in rows(table, batch=batch)} == {day}


@pytest.mark.parametrize(
    "table, name, code, count, day",
    [
        ("drug_insurance_limit", "注射用胸腺法新", "XL03AXX234B001010100568", 43, date(2026, 7, 1)),
        ("drug_setting_limit", "安宫牛黄丸", "ZA07AAA0061010100166", 219, date(2026, 7, 1)),
        ("drug_level_limit", "康艾注射液", "ZC01AAK0019010103291", 6, date(2026, 7, 1)),
        ("drug_course_limit", "天麻素注射液", "XN07XXT050B002010100239", 83, date(2026, 7, 1)),
        ("drug_age_limit", "小儿咳喘灵颗粒", "ZA06CAX0434010100026", 342, date(2025, 6, 1)),
        ("drug_internet_exclusion", "芬太尼透皮贴剂", "XN02ABF027V002010101389", 11, date(2026, 7, 1)),
        ("drug_indication_text", "阿普米司特片", "XL04AAA362A001010101397", 75, date(2026, 7, 1)),
        ("drug_second_line", "甲苯磺酸艾多沙班片", "XB01AFA319A001010101748", 139, date(2026, 7, 1)),
    ],
)
def test_coded_tuples(table, name, code, count, day):
    found = on(table, day, hilist_name=name)
    assert len(found) == count
    assert code in {r["hilist_code"] for r in found}


def test_every_point_is_secondary_and_unique():
    seen = set()
    for table in tables():
        known = load(table)
        if known.header.kind == "point":
            assert set(known.arrow["verify_status"].to_pylist()) == {"secondary"}
            ids = known.arrow["point_id"].to_pylist()
            assert len(ids) == len(set(ids))
            assert not seen & set(ids)
            seen |= set(ids)


def test_hosp_level_ranks():
    ranks = {r["hosp_lv"]: r["level_rank"] for r in rows("hosp_level")}
    assert {k for k, v in ranks.items() if v == 3} == {"01", "02", "03", "04", "12"}
    assert {k for k, v in ranks.items() if v == 2} == {"05", "06", "07", "13"}
    assert {k for k, v in ranks.items() if v == 1} == {"08", "09", "10", "14"}
    assert ranks["11"] is None
