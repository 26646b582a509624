"""The dimension tables: people, enrolments, institutions, staff, catalogue. All names are invented."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fundguard.synthetic.catalogue import Frozen
from fundguard.synthetic.city import ADMDVS, DEPARTMENTS, SORT, SORTS, City
from fundguard.synthetic.columnar import Array, coded, constant, days, decimals, numbers
from fundguard.synthetic.plan import Plan
from fundguard.synthetic.writers import Landing

PERSON = 990_100_000_000_000_000
UNKNOWN_DOCTOR = "D000000000000"
_SURNAMES = [
    "王",
    "李",
    "张",
    "刘",
    "陈",
    "杨",
    "黄",
    "赵",
    "吴",
    "周",
    "徐",
    "孙",
    "马",
    "朱",
    "胡",
    "郭",
    "何",
    "林",
    "高",
    "罗",
    "郑",
    "梁",
    "谢",
    "宋",
    "唐",
    "许",
    "韩",
    "冯",
    "邓",
    "曹",
]
_GIVEN = [
    "伟",
    "芳",
    "娜",
    "敏",
    "静",
    "秀英",
    "丽",
    "强",
    "磊",
    "洋",
    "艳",
    "勇",
    "军",
    "杰",
    "娟",
    "涛",
    "明",
    "超",
    "秀兰",
    "霞",
    "平",
    "刚",
    "桂英",
    "建国",
    "玉兰",
    "志强",
    "晓梅",
    "海燕",
    "建华",
    "文",
    "婷",
    "浩",
    "宇",
    "欣怡",
    "子涵",
    "梓萱",
    "俊",
    "丹",
    "红",
    "玲",
]
NAMES = pa.array([surname + given for surname in _SURNAMES for given in _GIVEN])
_TITLES = pa.array(["主任医师", "副主任医师", "主治医师", "住院医师"])
_WORDS = {
    "tertiary": "人民医院",
    "secondary": "中心医院",
    "tcm": "中医医院",
    "primary": "卫生院",
    "private": "康泰医院",
    "psychiatric": "安宁医院",
    "dialysis": "血液透析中心",
    "rehab": "康复医院",
    "clinic": "诊所",
    "pharmacy": "大药房",
}
EQUIPMENT = ("CT", "MRI", "PIVAS", "PACU", "ICU", "LAMINAR", "ESWL")
_FIRST_DAY = 14_610  # 2010-01-01


def place_codes(city: City) -> list[str]:
    """National code of each place: H or P, district, number."""
    sort, district = city.places.sort, city.places.district
    head = np.where(sort == SORT["pharmacy"], "P", "H")
    return [f"{head[n]}{ADMDVS + int(district[n]):06d}{n + 1:05d}" for n in range(len(sort))]


def doctor_codes(city: City) -> list[str]:
    """National code of each doctor: D, prefecture, number."""
    return [f"D{ADMDVS:06d}{n + 1:06d}" for n in range(len(city.doctors.place))]


def doctor_names(city: City) -> list[str]:
    """Invented name of each doctor."""
    return [NAMES[n * 7_919 % len(NAMES)].as_py() for n in range(len(city.doctors.place))]


def write(landing: Landing, plan: Plan, rng: np.random.Generator, last_day: int) -> None:
    """Writes all five registers, and those of equipment and of prescribing rights where a plant asks for them."""
    city, catalogue = plan.city, plan.catalogue
    _people(landing, city, rng, last_day)
    _places(landing, city, rng, plan.closed)
    _staff(landing, city)
    _catalogue(landing, catalogue)
    if "medins_equip_b" in plan.side.extensions:
        _equipment(landing, city, plan.gaps)
    if "medins_dr_right_b" in plan.side.extensions:
        _rights(landing, city, plan.rights)


def _people(landing: Landing, city: City, rng: np.random.Generator, last_day: int) -> None:
    people = city.people
    size = len(people.age)
    order = np.arange(size)
    # 0.02 % of the sexes are typed wrong.
    female = people.female ^ (rng.random(size) < 0.0002)
    dead = people.dies <= last_day
    admdvs = pa.array([str(ADMDVS + n) for n in range(1, 7)] + ["980200"])
    district = np.where(people.away, 6, people.community % 6)
    phone = 13_000_000_000 + (people.household * 7_919_773) % 8_999_999_999
    house = people.household % 97 + 1
    address = pa.array([f"第{n + 1}社区{k}号" for n in range(city.communities) for k in range(1, 98)])
    landing.write(
        "psn_info_b",
        {
            "psn_no": numbers(PERSON + order),
            "gend": coded(female.astype(int), pa.array(["1", "2"])),
            "brdy": days(people.born),
            "surv_stas": coded(dead.astype(int), pa.array(["1", "2"])),
            "death_date": days(people.dies, ~dead),
            "psn_name": coded(rng.integers(0, len(NAMES), size), NAMES),
            "certno": _certno(people.born, people.female, order),
            "tel": numbers(phone),
            "resd_addr": coded(people.community * 97 + house - 1, address),
            "resd_admdvs": coded(people.community % 6, admdvs),
            "household_no": numbers(990_100_000_000 + people.household),
            "psn_idet_type": coded(np.where(people.poor, 1, 0), pa.array(["00", "01"])),
        },
    )
    retired = people.age >= 60
    kind = np.select(
        [people.employee & ~retired, people.employee, people.age < 18, people.age < 60], [0, 1, 2, 3], 4
    )
    landing.write(
        "psn_insu_d",
        {
            "psn_no": numbers(PERSON + order),
            "insutype": coded(people.employee.astype(int), pa.array(["390", "310"])),
            "psn_insu_stas": constant("1", size),
            "psn_insu_date": days(np.maximum(people.born + 30, _FIRST_DAY + order % 3_000)),
            "insu_admdvs": coded(district, admdvs),
            "psn_type": coded(kind, pa.array(["11", "12", "14", "15", "16"])),
            "emp_no": numbers(9_901_000_000 + people.employer, "E", people.employer < 0),
        },
    )


def _certno(born: Array, female: Array, order: Array) -> pa.Array:
    """18 characters with date of birth, sex in the 17th and the ISO 7064 check character."""
    date = born.astype("datetime64[D]")
    year = date.astype("datetime64[Y]").astype(int) + 1970
    month = date.astype("datetime64[M]").astype(int) % 12 + 1
    day = (date - date.astype("datetime64[M]")).astype(int) + 1
    serial = (order * 2) % 998 + (~female).astype(int)
    body = (ADMDVS + order % 6 + 1) * 10**11 + (year * 10_000 + month * 100 + day) * 1_000 + serial
    weight = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    total = sum((body // 10 ** (16 - n) % 10) * w for n, w in enumerate(weight))
    check = coded(total % 11, pa.array(list("10X98765432")))
    return pc.binary_join_element_wise(numbers(body), check.cast(pa.string()), "")


def _places(landing: Landing, city: City, rng: np.random.Generator, closed: dict[int, int]) -> None:
    places = city.places
    size = len(places.sort)
    codes = place_codes(city)
    numbered = [f"第{n + 1}" for n in range(size)]
    names = [numbered[n] + _WORDS[SORTS[sort]] for n, sort in enumerate(places.sort)]
    community = [None if n < 0 else f"YGT{n + 1:03d}" for n in places.medical_community.tolist()]
    landing.write(
        "fixmedins_b",
        {
            "fixmedins_code": pa.array(codes),
            "fixmedins_name": pa.array(names),
            "fixmedins_type": coded((places.sort == SORT["pharmacy"]).astype(int), pa.array(["1", "2"])),
            "hosp_lv": pa.array(places.level),
            "fix_blng_admdvs": pa.array([code[1:7] for code in codes]),
            "uscc": numbers(91_990_100_000_000_000 + np.arange(size) * 37, "M"),
            "medins_type": pa.array([SORTS[sort] for sort in places.sort]),
            "medcmty_code": pa.array(community, pa.string()),
            "aprv_bed_cnt": pa.array(places.beds.astype(np.int64)),
            "begndate": days(np.full(size, _FIRST_DAY)),
            "enddate": days(
                np.array([closed.get(n, 0) for n in range(size)]),
                np.array([n not in closed for n in range(size)]),
            ),
            "legrep_name": coded(rng.integers(0, len(NAMES), size), NAMES),
            "addr": pa.array([f"第{n + 1}社区" for n in places.community.tolist()]),
            "lng": pa.array(np.round(120.0 + places.x * 0.01, 6)),
            "lat": pa.array(np.round(30.0 + places.y * 0.01, 6)),
        },
    )


def _staff(landing: Landing, city: City) -> None:
    doctors = city.doctors
    size = len(doctors.place)
    landing.write(
        "medins_dr_b",
        {
            "prac_psn_code": pa.array(doctor_codes(city)),
            "fixmedins_code": coded(doctors.place, pa.array(place_codes(city))),
            "prac_psn_name": pa.array(doctor_names(city)),
            "prac_psn_type": constant("1", size),
            "caty": coded(doctors.department, pa.array(DEPARTMENTS)),
            "pro_tech_duty": coded(doctors.title, _TITLES),
            "begndate": days(np.full(size, _FIRST_DAY)),
        },
    )


def _equipment(landing: Landing, city: City, gaps: set[tuple[int, str]]) -> None:
    """Every place has every equipment but the gaps."""
    codes = place_codes(city)
    there = [(n, name) for n in range(len(codes)) for name in EQUIPMENT if (n, name) not in gaps]
    landing.write(
        "medins_equip_b",
        {
            "fixmedins_code": pa.array([codes[n] for n, _ in there]),
            "equip_type": pa.array([name for _, name in there]),
            "begndate": days(np.full(len(there), _FIRST_DAY)),
        },
    )


def _rights(landing: Landing, city: City, rights: dict[int, int]) -> None:
    """Every doctor may prescribe antibiotics of every tier but those a plant names."""
    size = len(city.doctors.place)
    level = np.full(size, 3)
    for doctor, highest in rights.items():
        level[doctor] = highest
    landing.write(
        "medins_dr_right_b",
        {
            "prac_psn_code": pa.array(doctor_codes(city)),
            "right_type": constant("antibiotic", size),
            "right_lv": numbers(level),
            "begndate": days(np.full(size, _FIRST_DAY)),
        },
    )


def _catalogue(landing: Landing, catalogue: Frozen) -> None:
    pick: Callable[[Array, list[str]], pa.Array] = lambda index, values: coded(index, pa.array(values))  # noqa: E731
    size = len(catalogue.codes)
    landing.write(
        "hilist_b",
        {
            "hilist_code": catalogue.code,
            "hilist_name": catalogue.name,
            "list_type": pick(catalogue.list_type, catalogue.list_types),
            "begndate": days(np.full(size, _FIRST_DAY)),
            "chrgitm_lv": pick(catalogue.lv, catalogue.lvs),
            "pric_uplmt_amt": decimals(catalogue.cap * 10_000, pa.decimal128(16, 6), catalogue.cap < 0),
            "unit": catalogue.unit,
        },
    )
