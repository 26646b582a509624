"""Text files that people hand in: UTF-8, or GB18030 as spreadsheets here save it."""

from pathlib import Path

from core.errors import Refused


def decoded(path: Path) -> str:
    """The text of a file in UTF-8 or GB18030. Refused where it is neither."""
    data = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused(f"{path.name}: 编码无法识别 does not decode；另存为 UTF-8 save as UTF-8")
