"""From evidence to probability: what `calibration.yaml` says, for the night's SQL and for learning alike.

A family of evidence has a log likelihood ratio r: how far it lifts the odds above those of a party nobody
speaks of. Trust in a rule, kind of ring or model is what `schemes.yaml` says, moved by the shift that worlds with
known truth taught. The strongest family counts in full, each further one in part. The sum on top of the prior's log
odds is what the evidence says; the knots translate it into what was measured. All steps rise, so more evidence never
lowers a lead and the order of leads is that of the evidence.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.yaml_text import read_yaml

Array = NDArray[np.float64]

FILE = Path(__file__).with_name("calibration.yaml")
FAR = 1000.0
"""Log odds beyond which nothing lies: the ends of the first and the last piece."""


@dataclass(frozen=True)
class Calibration:
    """Prior, the share of further families, the largest probability, the knots, and shifts of log odds by fact."""

    prior: float
    further: float
    most: float
    knots: tuple[tuple[float, float], ...]
    shifts: Mapping[str, float] = field(default_factory=dict)

    @property
    def prior_log_odds(self) -> float:
        """Log odds of a party that nobody speaks of."""
        return math.log(self.prior / (1 - self.prior))

    def evidence(self, ratios: Array) -> Array:
        """Log odds that the ratios (leads × families) give, before the knots."""
        return np.asarray(
            self.prior_log_odds
            + (1 - self.further) * ratios.max(axis=1, initial=0.0)
            + self.further * ratios.sum(axis=1)
        )

    def log_odds(self, evidence: Array) -> Array:
        """Measured log odds for those of the evidence."""
        at, to = (np.array(column) for column in zip(*self.knots, strict=True))
        piece = self._piece(evidence)
        return np.asarray(to[piece] + self.slopes()[piece] * (evidence - at[piece]))

    def rise(self, evidence: Array) -> Array:
        """How fast the measured log odds rise with those of the evidence."""
        return self.slopes()[self._piece(evidence)]

    def probability(self, ratios: Array) -> Array:
        """p_confirm of leads from their ratios, leads × families."""
        return np.minimum(1 / (1 + np.exp(-self.log_odds(self.evidence(ratios)))), self.most)

    def slopes(self) -> Array:
        """Of each piece between two knots."""
        at, to = (np.array(column) for column in zip(*self.knots, strict=True))
        return np.asarray(np.diff(to) / np.diff(at))

    def _piece(self, evidence: Array) -> NDArray[np.intp]:
        at = np.array([knot[0] for knot in self.knots])
        return np.clip(np.searchsorted(at, evidence, side="right") - 1, 0, len(at) - 2)

    def relations(self) -> dict[str, pa.Table]:
        """`lead_prior` (one row), `lead_calibration` (one row a piece) and `lead_shift` that the lead features read."""
        slope = self.slopes()
        last = len(slope) - 1
        pieces = [
            {
                "from_log_odds": -FAR if n == 0 else self.knots[n][0],
                "to_log_odds": FAR if n == last else self.knots[n + 1][0],
                "at": self.knots[n][0],
                "log_odds": self.knots[n][1],
                "slope": float(slope[n]),
            }
            for n in range(len(slope))
        ]
        prior = {
            "log_odds": self.prior_log_odds,
            "further": self.further,
            "most_log_odds": _logit(self.most),
        }
        return {
            "lead_prior": pa.Table.from_pylist([prior]),
            "lead_calibration": pa.Table.from_pylist(pieces),
            "lead_shift": pa.table(
                {
                    "fact": pa.array(list(self.shifts), pa.string()),
                    "shift": pa.array(list(self.shifts.values()), pa.float64()),
                }
            ),
        }


@cache
def calibration() -> Calibration:
    """The file as it stands. ValueError where it would turn evidence round."""
    text = read_yaml(FILE.read_text(encoding="utf-8"))
    knots = tuple((float(at), float(to)) for at, to in text["knots"])
    shifts = {str(fact): float(shift) for fact, shift in (text.get("shifts") or {}).items()}
    found = Calibration(float(text["prior"]), float(text["further"]), float(text["most"]), knots, shifts)
    rising = all(a < b and c < d for (a, c), (b, d) in pairwise(knots))
    if len(knots) < 2 or not rising or not 0 < found.prior < found.most < 1 or not 0 <= found.further <= 1:
        raise ValueError(f"{FILE.name}: needs two knots or more that rise, shares between 0 and 1")
    return found


def _logit(p: float) -> float:
    return math.log(p / (1 - p))
