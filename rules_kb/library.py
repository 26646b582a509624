"""The rule library as a whole: read, check against each other, against the lock and against the law."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path

from sqlglot import exp

import features
from core.engine.duckdb import DuckdbEngine
from core.errors import Refused, UsageError
from core.schema import EXTENSIONS, LANDING
from core.settings import DuckdbSettings, RulesSettings, conf_folder
from core.sql.subset import parse
from rules_kb import knowledge, law
from rules_kb.expression import Scope
from rules_kb.names import two_names
from rules_kb.rule import Rule, content_hash, nearest, read_rule
from rules_kb.words import check_words

FOLDER = Path(__file__).parent / "rules"
LOCK = Path(__file__).parent / "rules.lock"


@dataclass(frozen=True)
class Library:
    """Every rule by id."""

    rules: Mapping[str, Rule]
    folder: Path
    regional: Path | None = None

    def path_of(self, rule_id: str) -> Path:
        """The file a rule stands in, the nation's or the region's."""
        folders = [self.folder, *([self.regional] if self.regional else [])]
        return next(path for folder in folders for path in folder.rglob(f"{rule_id}.yaml"))

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
            # What a region activated by name speaks there, whatever the national file says; `all` wakes
            # only what the file calls active.
            awake = rule_id in settings.activated or (settings.active == "all" and rule.status == "active")
            chosen.append((rule, not awake))
        return chosen

    def coverage(
        self,
        delivered: Mapping[str, Collection[str]],
        table: Callable[[str], knowledge.KnowledgeTable] = knowledge.load,
    ) -> tuple[list[Rule], dict[str, list[str]]]:
        """What can be judged with the columns a landing delivered (table → columns with rows).

        Returns the evaluable rules and, per rule id that is not evaluable, what is missing: `table.column`
        for each needed column, `no points: table` where the rule's knowledge has no rows of its own.
        """
        evaluable: list[Rule] = []
        missing: dict[str, list[str]] = {}
        with _asking(table) as has_rows:
            for rule_id, rule in sorted(self.rules.items()):
                lacks = [need for need in rule.needs if not _delivered(need, delivered)]
                lacks += [
                    f"no points: {use.table}"
                    for alias, use in rule.knowledge.items()
                    if not has_rows(use.table, (use.where or "").replace(f"{alias}.", "p."))
                ]
                if lacks:
                    missing[rule_id] = lacks
                else:
                    evaluable.append(rule)
        return evaluable, missing

    def in_part(
        self, table: Callable[[str], knowledge.KnowledgeTable] = knowledge.load
    ) -> dict[str, list[str]]:
        """Per rule id that judges in part only: the table whose rows are excerpts, and what a whole one has."""
        with _asking(table) as has_rows:
            return {
                rule_id: [f"in part: {use.table} without {use.whole}"]
                for rule_id, rule in sorted(self.rules.items())
                for alias, use in rule.knowledge.items()
                if use.whole and not has_rows(use.table, use.whole.replace(f"{alias}.", "p."))
            }


def extension_needs(rule: Rule) -> list[str]:
    """The needed columns that lie beyond the landing contract; empty: evaluable on it alone."""
    return [need for need in rule.needs if need.partition(".")[0] in EXTENSIONS]


def _delivered(need: str, delivered: Mapping[str, Collection[str]]) -> bool:
    table, _, column = need.partition(".")
    return table in delivered and (not column or column in delivered[table])


@contextmanager
def _asking(
    table: Callable[[str], knowledge.KnowledgeTable],
) -> Iterator[Callable[[str, str], bool]]:
    """Whether a knowledge table has a row `p` that meets a condition (none: any row), each question asked once."""
    with closing(DuckdbEngine(DuckdbSettings(threads=1))) as engine:

        @cache
        def register(name: str) -> None:
            engine.register(name, arrow=table(name).arrow)

        @cache
        def has_rows(name: str, where: str) -> bool:
            if table(name).arrow.num_rows == 0 or not where:
                return table(name).arrow.num_rows > 0
            register(name)
            return engine.run(f"SELECT * FROM {name} AS p WHERE {where} LIMIT 1").num_rows > 0

        yield has_rows


@cache
def grain_facts(grain: str) -> frozenset[str]:
    """The columns of a grain, read from its SQL (a star stands for the columns of the feature behind it)."""
    tree = parse(features.features()[grain].sql, where=grain)
    select = tree if isinstance(tree, exp.Select) else tree.find(exp.Select)
    if select is None:
        return frozenset()
    parts = [select.args.get("from") or select.args.get("from_"), *(select.args.get("joins") or [])]
    sources = {part.this.alias_or_name: part.this.name for part in parts if isinstance(part.this, exp.Table)}
    names: set[str] = set()
    for column in select.expressions:
        if isinstance(column, exp.Column) and isinstance(column.this, exp.Star):
            names |= grain_facts(sources[column.table])
        else:
            names.add(column.alias_or_name)
    return frozenset(names)


def regional_rules(region: str) -> Path | None:
    """Where a region keeps rules of its own, one file each; None when it has none."""
    folder = conf_folder() / "regions" / region / "rules"
    return folder if folder.is_dir() else None


def read_library(folder: Path = FOLDER, regional: Path | None = None) -> Library:
    """Read all rule files, and a region's own. Refused on the first bad one, with file, id, [value], way out."""
    rules: dict[str, Rule] = {}
    own = sorted(regional.rglob("*.yaml")) if regional is not None else []
    for path in [*sorted(folder.rglob("*.yaml")), *own]:
        rule = read_rule(path)
        if rule.id in rules:
            raise Refused(f"{path.name}: id [{rule.id}] is taken: ids are never reused, choose another")
        if (path in own) != rule.code.startswith("REG-"):
            raise Refused(
                f"{path.name}: {rule.id}: code [{rule.code}]: rules of a region, and only they, are numbered REG-…"
            )
        _check(rule, f"{path.parent.name}/{path.name}")
        rules[rule.id] = rule
    _check_codes(rules)
    return Library(rules, folder, regional)


def _check_codes(rules: Mapping[str, Rule]) -> None:
    """Refused where two rules of one catalogue number hold on the same day."""
    by_code: dict[str, list[Rule]] = {}
    for rule in rules.values():
        by_code.setdefault(rule.code, []).append(rule)
    for code, same in by_code.items():
        same.sort(key=lambda rule: rule.valid.from_)
        for first, second in pairwise(same):
            if first.valid.to is None or first.valid.to >= second.valid.from_:
                raise Refused(
                    f"{second.id}.yaml: {second.id}: valid from [{second.valid.from_}] overlaps {first.id} of the "
                    f"same code {code}: end the earlier the day before the later begins"
                )


def check_lock(library: Library, lock: Path = LOCK) -> None:
    """Refused when a rule changed without its version, or stands in the lock no more."""
    _check_locked(library, library.folder, lock)
    if library.regional is not None:
        _check_locked(library, library.regional, library.regional.parent / "rules.lock")


def _check_locked(library: Library, folder: Path, lock: Path) -> None:
    pinned = json.loads(lock.read_text(encoding="utf-8")) if lock.is_file() else {}
    for path in sorted(folder.rglob("*.yaml")):
        rule = library.rules[path.stem]
        where = f"{path.parent.name}/{path.name}"
        entry = pinned.get(rule.id)
        if entry is None:
            raise Refused(f"{where}: {rule.id}: [{rule.id}] is not in rules.lock: run `fundguard rules lock`")
        same = entry["sha256"] == content_hash(path)
        if not same and entry["version"] >= rule.version:
            raise Refused(
                f"{where}: {rule.id}: content changed, version [{rule.version}] did not: raise it, then lock"
            )
        if not same or entry["version"] != rule.version:
            raise Refused(
                f"{where}: {rule.id}: version [{rule.version}] is not locked: run `fundguard rules lock`"
            )
    gone = set(pinned) - {path.stem for path in folder.rglob("*.yaml")}
    if gone:
        raise Refused(f"rules.lock: [{sorted(gone)[0]}] has no file: retire a rule, never delete it")


def write_lock(library: Library, *, by: str, second: str, lock: Path = LOCK) -> int:
    """Pin version and hash of every rule under two names; returns how many entries changed."""
    by, second = two_names(by, second, "rules lock")
    changed = _write_locked(library, library.folder, lock, by, second)
    if library.regional is not None:
        own = library.regional.parent / "rules.lock"
        changed += _write_locked(library, library.regional, own, by, second)
    return changed


def _write_locked(library: Library, folder: Path, lock: Path, by: str, second: str) -> int:
    pinned = json.loads(lock.read_text(encoding="utf-8")) if lock.is_file() else {}
    changed = 0
    for path in sorted(folder.rglob("*.yaml")):
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


def lint(library: Library) -> None:
    """What reading does not check yet: words, facts, knowledge columns, expressions. Refused on the first."""
    features.lint()
    for rule_id, rule in sorted(library.rules.items()):
        where = f"{rule_id}.yaml"
        check_words(rule, where)
        if rule.grain not in features.features():
            raise Refused(
                f"{where}: {rule_id}: grain [{rule.grain}] is unknown: add features/grains/{rule.grain}.sql"
            )
        columns: dict[str, str] = {}
        for use in rule.knowledge.values():
            if use.table not in knowledge.tables():
                raise Refused(
                    f"{where}: {rule_id}: knowledge table [{use.table}] is unknown: add "
                    f"rules_kb/knowledge/{use.table}.yaml{nearest(use.table, knowledge.tables())}"
                )
            header = knowledge.read_header(knowledge.FOLDER / f"{use.table}.yaml")
            columns = {name: f"k_{name}" for name in header.schema.names}
        parameters = {name: parameter.default for name, parameter in rule.parameters.items()}
        scope = Scope(rule, grain_facts(rule.grain), columns, parameters, where)
        scope.expression(rule.when)
        for use in rule.knowledge.values():
            for condition in filter(None, (use.where, use.whole)):
                scope.expression(condition)
        _check_examples(rule, scope, where)
        if rule.amount is not None:
            scope.expression(rule.amount)
        for text in (rule.reason.zh, rule.reason.en):
            scope.sentence(text)
        scope.evidence()


def _check_examples(rule: Rule, scope: Scope, where: str) -> None:
    """Refused where an example gives a fact the rule cannot read."""
    own = {"begndate", "enddate", "verify_status"}
    for example in rule.examples:
        for name in example.given:
            table, _, column = name.partition(".")
            if table == rule.alias and column in own:
                continue
            try:
                scope.column(name)
            except Refused as error:
                raise Refused(
                    f"{where}: {rule.id}: example [{example.name}]: {str(error).split(': ', 2)[2]}"
                ) from None


def lint_overlay(library: Library, settings: RulesSettings, regional: Path | None) -> None:
    """A region may add rows, set parameters, retire rules; a drug's payment limit is the national list's.

    Refused when the overlay sets an unknown rule or parameter, or brings rows of a national drug limit.
    """
    for rule_id, values in settings.parameters.items():
        if rule_id not in library.rules:
            raise Refused(f"region: parameters of [{rule_id}], which is no rule: see `fundguard rules list`")
        rule = library.rules[rule_id]
        for name in values:
            if name not in rule.parameters:
                raise Refused(
                    f"region: {rule_id}: parameter [{name}] is not declared: it has {sorted(rule.parameters)}"
                )
    for rule_id in settings.retired:
        rule = library.rules.get(rule_id)  # type: ignore[assignment]
        if rule is not None and is_drug_payment_limit(rule):
            raise Refused(
                f"region: retires [{rule_id}], a payment limit of the national drug list: a region may not change it"
            )
    for path in sorted(regional.glob("*.csv")) if regional is not None else []:
        table = path.stem
        if table in NATIONAL_LIMITS:
            raise Refused(
                f"region: {path.name} changes [{table}], a payment limit of the national drug list: "
                "remove the file, or have the national row verified"
            )
        knowledge.load(table, regional=regional)


def is_drug_payment_limit(rule: Rule) -> bool:
    """Whether a rule holds a payment limit of the national drug list, which no region may change."""
    return rule.code.startswith("POL-MED")


NATIONAL_LIMITS = (
    "drug_age_limit", "drug_course_limit", "drug_indication_text", "drug_indication_diagnosis",
    "drug_insurance_limit", "drug_internet_exclusion", "drug_level_limit", "drug_payable_age", "drug_second_line",
    "drug_setting_limit", "drug_sex_limit", "tcm_piece_limit",
)  # fmt: skip
"""Tables of the national drug list's payment limits: no local rows."""


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
    if not rule.basis:
        raise Refused(f"{where}: {rule.id}: basis [] is empty: name the clause it rests on, see rules_kb/law")
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
