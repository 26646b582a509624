"""The dependency audit: each direct dependency is pinned with a hash, explained, and freely licensed."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REFUSED = re.compile(r"\b(A?GPL|SSPL|BUSL)", re.IGNORECASE)


def direct() -> dict[str, str]:
    """Name → where it is asked for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = {"runtime": project["dependencies"], **project["optional-dependencies"]}
    return {
        re.split(r"[<>=!~\[; ]", text)[0].lower().replace("_", "-"): extra
        for extra, texts in asked.items()
        for text in texts
    }


def licence(name: str) -> str:
    """What the installed package says of its licence; '' when it is not installed."""
    try:
        about = metadata(name)
    except PackageNotFoundError:
        return ""
    said = [about.get("License-Expression") or "", (about.get("License") or "").split("\n")[0]]
    said += [c for c in about.get_all("Classifier") or [] if c.startswith("License")]
    return " ".join(said)


def main() -> int:
    """Print each problem as one line; exit 1 when there is one."""
    problems: list[str] = []
    explained = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").lower()
    for name, extra in sorted(direct().items()):
        lock = (ROOT / "requirements" / ("dev.lock" if extra != "runtime" else "runtime.lock")).read_text()
        if not re.search(rf"^{re.escape(name)}==[^\n]*\\\n\s+--hash=", lock, re.MULTILINE):
            problems.append(f"requirements: [{name}] is not pinned with a hash: run make lock")
        if f"`{name}`" not in explained:
            problems.append(f"docs/dependencies.md: [{name}] has no line: say why it is there")
        said = licence(name)
        if REFUSED.search(said) and "LGPL" not in said.upper():
            problems.append(f"pyproject.toml: [{name}] is licensed [{said.strip()[:60]}]: choose another")
    consistent = subprocess.run(
        [sys.executable, "-m", "pip", "check"], capture_output=True, text=True, check=False
    )
    if consistent.returncode:
        problems.append(f"environment: {consistent.stdout.splitlines()[0]}: run make setup")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
