"""The book of a city: visits and lines as columns, collected chunk by chunk, priced once at the end."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from tests.bench.other_city.catalogue import INDEX

DAY = 86400
VISIT_FIELDS = {"person": -1, "place": -1, "doctor": -1, "begin": 0, "end": 0, "kind": 11, "dx": 0, "dx2": -1, "dept": 0, "story": -1, "bed": -1, "device": 0, "card": 3, "waived": 0, "void": 0, "refund_after": -1, "leave": 1, "group": -1, "referred": -1, "baby": 0, "fixed_pay": -1, "manual": 0, "settle": -1, "disease": -1, "resettled": 0}  # fmt: skip
LINE_FIELDS = {"visit": -1, "item": -1, "count": 1.0, "when": -1, "doctor": -2, "price": np.nan, "days": 0, "bad": 0.0, "story": -1, "script": -1, "trace": -1, "split": 0}  # fmt: skip


@dataclass
class Book:
    """`visit` and `line` append rows and broadcast scalars; `frozen` joins them into one array a column."""

    visits: list[dict] = field(default_factory=list)
    lines: list[dict] = field(default_factory=list)
    dx_codes: list[tuple[str, str]] = field(default_factory=list)
    dx_index: dict[str, int] = field(default_factory=dict)
    scripts: list[dict] = field(default_factory=list)
    count: int = 0

    def dx(self, code: str, name: str) -> int:
        """Number of a diagnosis, added when new."""
        if code not in self.dx_index:
            self.dx_index[code] = len(self.dx_codes)
            self.dx_codes.append((code, name))
        return self.dx_index[code]

    def visit(self, person: Sequence[int] | np.ndarray, **columns) -> np.ndarray:
        """Append visits, one a person; returns their numbers. Seconds count from midnight of day 0."""
        person = np.atleast_1d(np.asarray(person))
        size = len(person)
        unknown = set(columns) - set(VISIT_FIELDS)
        if unknown:
            raise KeyError(f"unknown visit columns {sorted(unknown)}")
        if "end" not in columns:
            columns["end"] = columns["begin"]
        chunk = {
            name: np.broadcast_to(np.asarray(columns.get(name, blank)), size)
            for name, blank in VISIT_FIELDS.items()
        }
        chunk["person"] = person
        self.visits.append(chunk)
        numbers = np.arange(self.count, self.count + size)
        self.count += size
        return numbers

    def line(self, visit: np.ndarray, item: str | int | np.ndarray, **columns) -> None:
        """Append one fee line to each of these visits; `bad` is the share of its amount that is wrong."""
        visit = np.atleast_1d(np.asarray(visit))
        if len(visit) == 0:
            return
        unknown = set(columns) - set(LINE_FIELDS)
        if unknown:
            raise KeyError(f"unknown line columns {sorted(unknown)}")
        columns["item"] = INDEX[item] if isinstance(item, str) else item
        chunk = {
            name: np.broadcast_to(np.asarray(columns.get(name, blank)), len(visit))
            for name, blank in LINE_FIELDS.items()
        }
        chunk["visit"] = visit
        self.lines.append(chunk)

    def script(self, person: np.ndarray, **columns) -> np.ndarray:
        """Append prescriptions (place, doctor, when); returns their numbers for `line(script=…)`."""
        person = np.atleast_1d(np.asarray(person))
        self.scripts.append({"person": person} | columns)
        base = sum(len(chunk["person"]) for chunk in self.scripts[:-1])
        return np.arange(base, base + len(person))

    def frozen(self) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """All visits and all lines as whole columns."""
        visits = {name: np.concatenate([chunk[name] for chunk in self.visits]) for name in VISIT_FIELDS}
        lines = {name: np.concatenate([chunk[name] for chunk in self.lines]) for name in LINE_FIELDS}
        lines["when"] = np.where(lines["when"] < 0, visits["begin"][lines["visit"]] + 300, lines["when"])
        lines["doctor"] = np.where(lines["doctor"] == -2, visits["doctor"][lines["visit"]], lines["doctor"])
        lines["story"] = np.where(
            lines["bad"] > 0,
            np.where(lines["story"] < 0, visits["story"][lines["visit"]], lines["story"]),
            -1,
        )
        return visits, lines


@dataclass
class Truth:
    """What was planted and what only looks so."""

    schemes: list[tuple[str, int]] = field(default_factory=list)
    parties: list[tuple[int, str, int, str]] = field(default_factory=list)
    lookalikes: list[tuple[str, str, int]] = field(default_factory=list)

    def scheme(self, code: str, grade: int) -> int:
        """Opens one instance of a scheme."""
        self.schemes.append((code, grade))
        return len(self.schemes) - 1

    def party(self, scheme: int, kind: str, members, role: str = "member") -> None:
        """Names who takes part; each once in a scheme."""
        known = {(row[1], row[2]) for row in self.parties if row[0] == scheme}
        for one in np.unique(np.atleast_1d(members)):
            if int(one) >= 0 and (kind, int(one)) not in known:
                self.parties.append((scheme, kind, int(one), role))

    def lookalike(self, kind: str, party: str, members) -> None:
        """Names those who may not be accused for this reason."""
        self.lookalikes += [(kind, party, int(one)) for one in np.unique(np.atleast_1d(members))]

    def distinct(self) -> int:
        """Parties that take part in any scheme, each once."""
        return len({row[1:3] for row in self.parties})
