"""Every locked text of every rule, kept beside the rules: what version 1 said is read without any other tool.

`rules_kb/history/<id>/<version>.yaml` is written by `fundguard rules lock` and never changed afterwards.
"""

from pathlib import Path

from core.errors import Refused, UsageError
from rules_kb.library import FOLDER, Library
from rules_kb.rule import Rule, parse_rule

HISTORY = FOLDER.parent / "history"


def keep(library: Library, history: Path = HISTORY) -> int:
    """Keep the text of each rule's present version; returns how many were new.

    Refused when a kept version says something else: a locked text is never written over.
    """
    new = 0
    for rule in library.rules.values():
        path = library.path_of(rule.id)
        if library.regional is not None and library.regional in path.parents:
            continue  # a region keeps its own
        kept = history / rule.id / f"{rule.version}.yaml"
        if not kept.is_file():
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
            new += 1
            continue
        before = parse_rule(kept.read_text(encoding="utf-8"), f"history/{rule.id}/{kept.name}")
        # A move between shadow and active is no new version; everything else is.
        if before.model_copy(update={"status": rule.status}) != rule:
            raise Refused(
                f"{path.name}: {rule.id}: version [{rule.version}] was locked with another text "
                f"(history/{rule.id}/{kept.name}): raise the version"
            )
    return new


def versions(rule_id: str, history: Path = HISTORY) -> list[int]:
    """The versions that are kept of a rule, in order."""
    return sorted(int(path.stem) for path in (history / rule_id).glob("*.yaml") if path.stem.isdigit())


def rule_at(name: str, library: Library, history: Path = HISTORY) -> Rule:
    """A rule by `id` (as it stands), `id@version` (as it was locked) or the path of a rule file.

    UsageError names what there is when it is none of them.
    """
    path = Path(name)
    if path.is_file():
        return parse_rule(path.read_text(encoding="utf-8"), path.name)
    rule_id, _, version = name.partition("@")
    rule = library.rules.get(rule_id) or next(iter(library.by_code.get(rule_id, [])), None)
    if rule is None:
        raise UsageError(
            f"rules: [{name}] is neither a rule nor a file: write id, id@version or the path of a rule file"
        )
    if not version or version == str(rule.version):
        return rule
    kept = history / rule.id / f"{version}.yaml"
    if not kept.is_file():
        raise UsageError(
            f"rules: {rule.id} has no version [{version}]: kept are {versions(rule.id, history)} "
            f"and the present {rule.version}"
        )
    return parse_rule(kept.read_text(encoding="utf-8"), f"history/{rule.id}/{kept.name}")
