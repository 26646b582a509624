"""Facts: one SQL file each, by grain; network/ is the graph of providers, patients, pharmacies.

A feature is a named relation in canonical SQL with a header:

    /*---
    name: net_line                    # = file name
    says: what one row is, in words
    key: [bkkp_sn]                    # becomes a uniqueness test
    reads: [fee_list_d, net_setl]     # landing tables or other features
    keep: true                        # computed once per run
    scope: provider                   # needs all persons of a provider, not only those judged
    months: true                      # speaks only when a month has ended: no other night reads for it
    far: {days: 366, points: 4}       # lines it needs of a judged person beyond the nearest hundred days
    points: {main: text main_code}    # what a grain reads of its points: name → type, knowledge columns
    ---*/
    SELECT …

`far` names the lines by the grain's points (`points: whole`, the same item; `points: 4`, the same first four
characters of its code) or by `where`, a predicate over the line `t`; and how many days back they are read.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from core.engine import Engine
from core.errors import UsageError
from core.sql import lint_relation
from core.yaml_text import read_yaml

_WORD = re.compile(r"\w+")
_ROOT = Path(__file__).resolve().parent
_KEYS = {"name", "zh", "says", "key", "reads", "keep", "scope", "points", "months", "far"}
_FAR_KEYS = {"days", "points", "where"}


@dataclass(frozen=True)
class Feature:
    """One feature file: what it says, its key, what it reads, its SQL."""

    name: str
    says: str
    key: tuple[str, ...]
    reads: tuple[str, ...]
    keep: bool
    scope: str
    months: bool
    far: dict[str, Any]
    points: dict[str, str]
    sql: str
    path: Path


@cache
def features() -> dict[str, Feature]:
    """Every feature by name; UsageError names file and the way out. The SQL is linted when it is registered."""
    found: dict[str, Feature] = {}
    for path in sorted(_ROOT.rglob("*.sql")):
        text = path.read_text(encoding="utf-8")
        where = str(path.relative_to(_ROOT.parent))
        if not text.startswith("/*---") or "---*/" not in text:
            raise UsageError(f"{where}: begins with [{text[:12]}]: begin with a header /*--- … ---*/")
        header_text, sql = text[5:].split("---*/", 1)
        header = read_yaml(header_text)
        unknown = set(header) - _KEYS
        if unknown:
            raise UsageError(f"{where}: unknown key [{sorted(unknown)[0]}]: use {sorted(_KEYS)}")
        far = dict(header.get("far", {}))
        if far and not ({"days"} < set(far) <= _FAR_KEYS):
            raise UsageError(f"{where}: far [{sorted(far)}]: give days and points or where")
        if header["name"] != path.stem or path.stem in found:
            raise UsageError(f"{where}: name [{header['name']}] must be the file name, and unique")
        found[path.stem] = Feature(
            name=path.stem,
            says=header["says"],
            key=tuple(header["key"]),
            reads=tuple(header["reads"]),
            keep=bool(header.get("keep", False)),
            scope=header.get("scope", "person"),
            months=bool(header.get("months", False)),
            far=far,
            points=dict(header.get("points", {})),
            sql=sql.strip(),
            path=path,
        )
    return found


def lint() -> None:
    """Refuse SQL outside the subset, in every feature. SubsetError names file, construct and the way out."""
    for feature in features().values():
        lint_relation(feature.sql, where=str(feature.path.relative_to(_ROOT.parent)))


def register(
    engine: Engine, *names: str, standing: Collection[str] = (), unkept: Collection[str] = ()
) -> None:
    """Register features by name, with the features they read, in order. Landing tables must be there.

    `standing` are features an earlier call has registered on the same tables: they are not computed again.
    `unkept` are read again wherever they are used: right for a wide one of which few columns are wanted.
    """
    known = features()
    done: set[str] = set(standing)

    def visit(name: str) -> None:
        if name in done or name not in known:
            return
        done.add(name)
        for read in known[name].reads:
            visit(read)
        engine.register(name, sql=known[name].sql, keep=known[name].keep and name not in unkept)

    for name in names:
        if name not in known:
            raise UsageError(f"feature [{name}] is unknown: add features/…/{name}.sql")
        visit(name)


def words(*names: str) -> set[str]:
    """Every word in the SQL of these features and of those they read: which columns may be meant."""
    known = features()
    return {word for name in reading(*names) & set(known) for word in _WORD.findall(known[name].sql)}


def reading(*names: str) -> set[str]:
    """These features and all that they read in the end, tables too."""
    known = features()
    found: set[str] = set()
    stack = list(names)
    while stack:
        name = stack.pop()
        if name not in found:
            found.add(name)
            stack.extend(known[name].reads if name in known else ())
    return found
