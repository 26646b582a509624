"""A draw made elsewhere: taken in so that it can be published, and marked for what it is."""

from pathlib import Path
from typing import Any

from core.errors import Refused
from fundguard.casework.draws.canonical import sha256_hex
from fundguard.casework.draws.columns import Column
from fundguard.casework.draws.transcript import IMPORTED
from fundguard.casework.draws.workbooks import read_table, split_list

DRAWN = (
    Column("id", "对象编号", True, "已抽中的对象 drawn object", also=("定点编码",)),
    Column("name", "名称", True, "机构全称 full name", also=("机构名称", "对象名称")),
    Column("uscc", "统一社会信用代码", False, "18 位"),
    Column("inspectors", "检查人员编号", False, "以；分开 staff numbers by ;"),
)


def imported(path: Path, item: str, basis: str, system: str, drawn_on: str, day: str) -> dict[str, Any]:
    """Body of an imported draw; it never becomes `verified` and is never extrapolated."""
    table = read_table(path, "抽查结果", DRAWN)
    seen: dict[str, str] = {}
    rows = []
    for row in table.rows:
        key = row.get("id")
        if key in seen:
            raise Refused(f"{row.at('id')}: 编号重复 duplicate id [{key}]；与 {seen[key]} 相同，删去一行")
        seen[key] = row.at("id")
        rows.append(
            {
                "id": key,
                "name": row.get("name"),
                "team": split_list(row.get("inspectors")),
                "uscc": row.get("uscc"),
            }
        )
    return {
        "basis": basis,
        "drawn_on": drawn_on,
        "imported_on": day,
        "item": item,
        "origin": IMPORTED,
        "rows": rows,
        "source": {"file": path.name, "sha256": sha256_hex(path.read_bytes())},
        "system": system,
    }
