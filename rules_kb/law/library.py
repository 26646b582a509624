"""Instruments and provisions as YAML; every basis a rule names must resolve here."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.errors import Refused, UsageError
from core.yaml_text import read_yaml

FOLDER = Path(__file__).parent
# FOUND: read in a public source; FOUND-2nd: read in a transcription; RECALLED: not read;
# TO_VERIFY: known to exist, article or wording not settled.
Status = Literal["FOUND", "FOUND-2nd", "RECALLED", "TO_VERIFY"]


class Words(BaseModel):
    """One saying in Chinese and English, in our own words."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    zh: str
    en: str


class Provision(BaseModel):
    """One article, paragraph or item: what it says, and how far we know it.

    ``subject`` says whom it binds; ``official_text`` is filled from the bureau's own full text.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    law: str = ""
    article: str
    paragraph: str | None = None
    item: str | None = None
    says: Words
    subject: str | None = None
    verify_status: Status
    valid_from: date | None = Field(None, alias="from")
    valid_to: date | None = Field(None, alias="to")
    note: str | None = None
    official_text: str | None = None

    @property
    def reference(self) -> str:
        """The reference as it is printed: law, article, paragraph, item."""
        parts = [self.law, self.article]
        if self.paragraph:
            parts.append(f"¶{self.paragraph}")
        if self.item:
            parts.append(f"({self.item})")
        return " ".join(parts)


class Instrument(BaseModel):
    """A law, regulation, rule or official list, with the days it is in force (inclusive)."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str
    title: Words
    number: str
    issuer: str
    valid_from: date = Field(alias="from")
    valid_to: date | None = Field(None, alias="to")
    short: str
    source: str
    note: str | None = None
    provisions: list[Provision]


@lru_cache(maxsize=8)
def instruments(folder: Path = FOLDER) -> dict[str, Instrument]:
    """Every instrument by id; Refused names file and key when one does not fit."""
    found = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            one = Instrument.model_validate(read_yaml(path.read_text(encoding="utf-8")))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise Refused(
                f"law/{path.name}: {where}: {first['msg']} [{first.get('input')!s:.60}]; mend the file"
            ) from None
        if one.id != path.stem:
            raise Refused(f"law/{path.name}: id [{one.id}] is not the file's; rename one of them")
        keys = [(p.article, p.paragraph, p.item, p.valid_from) for p in one.provisions]
        if double := [k for k in keys if keys.count(k) > 1]:
            raise Refused(f"law/{path.name}: provision [{double[0]}] stands twice; remove one")
        own = [provision.model_copy(update={"law": one.id}) for provision in one.provisions]
        found[one.id] = one.model_copy(update={"provisions": own})
    return found


def resolve(
    basis: Mapping[str, object],
    on: date | None = None,
    folder: Path = FOLDER,
    texts: Path | None = None,
) -> Provision:
    """The provision a basis names, in force on the day of the conduct ``on`` (None: any day).

    ``basis``: law, article, and optionally paragraph and item. ``texts``: folder of official texts
    loaded by ``import_law``. Refused names what does not resolve; unknown keys are a UsageError.
    """
    if odd := sorted(set(basis) - {"law", "article", "paragraph", "item"}):
        raise UsageError(f"basis key [{odd[0]}] is unknown; use law, article, paragraph, item")
    law = str(basis.get("law", ""))
    known = instruments(folder)
    if law not in known:
        raise Refused(f"basis law [{law}] is unknown; known: {', '.join(known)}")
    instrument = known[law]
    wanted = tuple(
        None if basis.get(key) is None else str(basis[key]) for key in ("article", "paragraph", "item")
    )
    same = [p for p in instrument.provisions if (p.article, p.paragraph, p.item) == wanted]
    said = f"{law} {'/'.join(part for part in wanted if part)}"
    if not same:
        near = [p.reference for p in instrument.provisions if p.article == wanted[0]]
        raise Refused(
            f"basis [{said}] does not resolve; "
            + (f"known of that article: {', '.join(near)}" if near else f"add it to law/{law}.yaml")
        )
    if on is not None:
        same = [p for p in same if _in_force(instrument, p, on)]
        if not same:
            raise Refused(
                f"basis [{said}] is not in force on {on}: {instrument.short} holds from "
                f"{instrument.valid_from} to {instrument.valid_to or 'now'}; "
                "judge conduct by the law of its day"
            )
    provision = same[-1]
    if texts is not None and (path := texts / f"{law}.yaml").is_file():
        official = read_yaml(path.read_text(encoding="utf-8"))["articles"].get(provision.article)
        provision = provision.model_copy(update={"official_text": official})
    return provision


def _in_force(instrument: Instrument, provision: Provision, on: date) -> bool:
    start = provision.valid_from or instrument.valid_from
    end = provision.valid_to or instrument.valid_to or date.max
    return start <= on <= end
