"""The rule library as a whole: read, check against each other, against the lock and against the law."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from core.errors import Refused, UsageError
from core.schema import LANDING
from core.settings import RulesSettings
from rules_kb import law
from rules_kb.rule import Rule, content_hash, read_rule

FOLDER = Path(__file__).parent / "rules"
LOCK = Path(__file__).parent / "rules.lock"


@dataclass(frozen=True)
class Library:
    """Every rule by id."""

    rules: Mapping[str, Rule]
    folder: Path

    @cached_property
    def by_code(self) -> dict[str, list[Rule]]:
        """Rules by catalogue number (one number may have a rule per grain)."""
        found: dict[str, list[Rule]] = {}
        for rule in self.rules.values():
            found.setdefault(rule.code, []).append(rule)
        return found

    def judging(self, settings: RulesSettings) -> list[tuple[Rule, bool]]:
        """(rule, shadow) of every rule that judges in a region, sorted by id.

        Drafts and retired rules never judge; a real region ships all rules in shadow until it lists
        them as activated.
        """
        unknown = (set(settings.activated) | set(settings.retired)) - set(self.rules)
        if unknown:
            raise UsageError(f"settings rules: [{sorted(unknown)[0]}] is no rule: see `fundguard rules list`")
        chosen = []
        for rule_id, rule in sorted(self.rules.items()):
            if rule.status in ("draft", "retired") or rule_id in settings.retired:
                continue
            awake = settings.active == "all" or rule_id in settings.activated
            chosen.append((rule, rule.status == "shadow" or not awake))
        return chosen


def read_library(folder: Path = FOLDER) -> Library:
    """Read all rule files. Refused on the first bad one, with file, id, [value] and the way out."""
    rules: dict[str, Rule] = {}
    for path in sorted(folder.rglob("*.yaml")):
        rule = read_rule(path)
        if rule.id in rules:
            raise Refused(f"{path.name}: id [{rule.id}] is taken: ids are never reused, choose another")
        _check(rule, f"{path.parent.name}/{path.name}")
        rules[rule.id] = rule
    return Library(rules, folder)


def check_lock(library: Library, lock: Path = LOCK) -> None:
    """Refused when a rule changed without its version, or stands in the lock no more."""
    pinned = json.loads(lock.read_text(encoding="utf-8")) if lock.is_file() else {}
    for path in sorted(library.folder.rglob("*.yaml")):
        rule = library.rules[path.stem]
        where = f"{path.parent.name}/{path.name}"
        entry = pinned.get(rule.id)
        if entry is None:
            raise Refused(f"{where}: [{rule.id}] is not in rules.lock: run `fundguard rules lock`")
        same = entry["sha256"] == content_hash(path)
        if not same and entry["version"] >= rule.version:
            raise Refused(f"{where}: content changed, version [{rule.version}] did not: raise it, then lock")
        if not same or entry["version"] != rule.version:
            raise Refused(f"{where}: version [{rule.version}] is not locked: run `fundguard rules lock`")
    gone = set(pinned) - set(library.rules)
    if gone:
        raise Refused(f"rules.lock: [{sorted(gone)[0]}] has no file: retire a rule, never delete it")


def write_lock(library: Library, *, by: str, second: str, lock: Path = LOCK) -> int:
    """Pin version and hash of every rule under two names; returns how many entries changed."""
    if not by or not second or by == second:
        raise UsageError(f"rules lock: two different names are needed, got [{by}] and [{second}]")
    pinned = json.loads(lock.read_text(encoding="utf-8")) if lock.is_file() else {}
    changed = 0
    for path in sorted(library.folder.rglob("*.yaml")):
        rule = library.rules[path.stem]
        entry = pinned.get(rule.id)
        digest = content_hash(path)
        if entry and entry["sha256"] != digest and entry["version"] >= rule.version:
            raise Refused(f"{path.name}: content changed, version [{rule.version}] did not: raise it")
        if not entry or entry["sha256"] != digest or entry["version"] != rule.version:
            pinned[rule.id] = {"version": rule.version, "sha256": digest, "by": by, "second": second}
            changed += 1
    lock.write_text(json.dumps(pinned, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    return changed


def _check(rule: Rule, where: str) -> None:
    for need in rule.needs:
        table, _, column = need.partition(".")
        if table not in LANDING or (column and column not in LANDING[table].by_name):
            raise Refused(
                f"{where}: {rule.id}: needs [{need}], which no declared table has: see docs/tables.md"
            )
    for basis in rule.basis:
        reference = {key: value for key, value in basis.model_dump().items() if value is not None}
        try:
            law.resolve(reference, on=None)
        except (Refused, UsageError) as error:
            raise Refused(f"{where}: {rule.id}: basis does not resolve: {error}") from None
    if rule.valid.to is not None and rule.valid.to < rule.valid.from_:
        raise Refused(f"{where}: {rule.id}: valid to [{rule.valid.to}] lies before from: swap them")
    kinds = [example.then for example in rule.examples]
    hits = sum(kind == "hit" for kind in kinds)
    silent = sum(kind == "pass" for kind in kinds)
    if hits < 2 or silent < 2:
        raise Refused(
            f"{where}: {rule.id}: has [{hits}] hits and [{silent}] passes among its examples: "
            "write at least two of each"
        )
    if not any(value is None for example in rule.examples for value in example.given.values()):
        raise Refused(f"{where}: {rule.id}: no example has a NULL [null]: show what an unknown fact becomes")
