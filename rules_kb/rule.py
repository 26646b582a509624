"""A rule file: logic = grain + knowledge join + predicate, with everything somebody asks for beside it.

The file is enough to read alone: reason, evidence and guide for the investigator, basis and validity for
the lawyer, version and pitfalls for the auditor, `when` for the engine, examples for the tester.
"""

import hashlib
import re
from collections.abc import Iterable
from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.errors import Refused
from core.yaml_text import read_yaml

Verdict = Literal["hit", "pass", "suspect", "not_evaluable"]
Scalar = bool | int | float | str | date | list[str] | None


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Bilingual(_Part):
    """Chinese first, English beside."""

    zh: str
    en: str


class Validity(_Part):
    """Days of service the rule speaks about; both ends inclusive, no end = still in force."""

    from_: date = Field(alias="from")
    to: date | None = None


class KnowledgeUse(_Part):
    """The knowledge table a rule joins; `where` keeps the rows that are its own.

    `whole` says which of them hold all there is to say: without one the rule judges in part, and says so.
    """

    table: str
    where: str | None = None
    whole: str | None = None
    columns: dict[str, str] = Field(default_factory=dict)


class Parameter(_Part):
    """A threshold no document sets: a default with its source; a region may set its own."""

    default: int | float | str
    zh: str
    source: str


class Basis(_Part):
    """A clause: resolved against `rules_kb/law`."""

    law: str
    article: str
    paragraph: str | None = None
    item: str | None = None


class Example(_Part):
    """Facts in, verdict out: written by hand, never by running the predicate."""

    name: str
    given: dict[str, Scalar]
    then: Verdict
    amount: str | None = None


class Rule(_Part):
    """One rule as written in `rules_kb/rules/<class>/<id>.yaml`."""

    id: str
    code: str
    official: str | None = None
    version: int = 1
    status: Literal["draft", "shadow", "active", "retired"] = "active"
    retired_because: str | None = None
    title: Bilingual
    stages: tuple[Literal["pre", "in", "post"], ...]
    grain: str
    result: Literal["violation", "suspect", "indicator"]
    logic: Literal["found", "recalled", "proposed"]
    severity: Literal[1, 2, 3]
    party: Literal["provider", "person", "doctor"] = "provider"
    scheme: str | None = None
    valid: Validity
    needs: tuple[str, ...]
    knowledge: dict[str, KnowledgeUse] = Field(default_factory=dict)
    parameters: dict[str, Parameter] = Field(default_factory=dict)
    when: str
    unknown: Literal["pass", "suspect", "not_evaluable"]
    amount: str | None
    reason: Bilingual
    evidence: tuple[str, ...]
    basis: tuple[Basis, ...]
    pitfalls: str
    guide: str = ""
    counterfactual: Bilingual | None = None
    examples: tuple[Example, ...]

    @property
    def alias(self) -> str | None:
        """The name its knowledge goes by in expressions (there is one at most)."""
        return next(iter(self.knowledge), None)

    @property
    def verified(self) -> bool:
        """Whether its logic was read in a public source."""
        return self.logic == "found"


def read_rule(path: Path) -> Rule:
    """Read one rule file. Refused (exit 1) with file, id, [value] and the way out."""
    where = f"{path.parent.name}/{path.name}"
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise Refused(f"{where}: {path.stem}: [{error.reason}] is no UTF-8: save the file as UTF-8") from None
    rule = parse_rule(text, where)
    if rule.id != path.stem:
        raise Refused(
            f"{where}: {rule.id}: id [{rule.id}] is not the file name: name the file {rule.id}.yaml"
        )
    return rule


@lru_cache(maxsize=1024)
def parse_rule(text: str, where: str) -> Rule:
    """The text of a rule, wherever it was kept. Refused as `read_rule` does, naming `where`.

    A night reads the library several times; the same text is parsed once.
    """
    named = where.rsplit("/", 1)[-1].removesuffix(".yaml")
    try:
        content: Any = read_yaml(text)
        named = content.get("id", named) if isinstance(content, dict) else named
        rule = Rule.model_validate(content)
    except yaml.YAMLError as error:
        said = " ".join(str(error).split())[:120]
        raise Refused(f"{where}: {named}: not YAML: [{said}]: mend the file") from None
    except ValidationError as error:
        raise Refused(f"{where}: {named}: {_complaint(error)}") from None
    if len(rule.knowledge) > 1:
        raise Refused(f"{where}: {rule.id}: knowledge names [{len(rule.knowledge)}] tables: join one")
    if rule.status == "retired" and not rule.retired_because:
        raise Refused(f"{where}: {rule.id}: status [retired] without retired_because: say why")
    return rule


def _complaint(error: ValidationError) -> str:
    """The first thing that does not fit, with its [value] and the way out."""
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        near = nearest(str(first["loc"][-1]), Rule.model_fields) if len(first["loc"]) == 1 else ""
        return f"unknown key [{key}]: remove it{near}; docs/add-a-rule.md lists the keys"
    if first["type"] == "missing":
        return f"key [{key}] is missing: write it, see docs/add-a-rule.md"
    if not key:
        return f"[{str(first['input'])[:60]}] is no rule: write its keys, see docs/add-a-rule.md"
    return f"{key}: {first['msg']}, got [{str(first['input'])[:60]}]: see docs/add-a-rule.md"


def nearest(name: str, known: Iterable[str]) -> str:
    """The names that look most like one that is none, as the end of an error's way out; may be empty."""
    close = get_close_matches(name, list(known), n=3, cutoff=0.5)
    return f", or did you mean {' or '.join(close)}" if close else ""


def content_hash(path: Path) -> str:
    """SHA-256 of a rule file's meaning (comments and layout do not count)."""
    content = read_yaml(path.read_text(encoding="utf-8"))
    return hashlib.sha256(repr(_ordered(content)).encode()).hexdigest()


def _ordered(value: Any) -> Any:
    if isinstance(value, dict):
        return [(key, _ordered(value[key])) for key in sorted(value) if key not in ("version", "status")]
    if isinstance(value, list):
        return [_ordered(item) for item in value]
    return value


PLACEHOLDER = re.compile(r"\{([a-z_]+\.[a-z0-9_]+)\}")
"""`{line.age_years}` in a reason: filled from the evidence."""
