"""From a chunk of visits and lines to rows: the context the row writers share, and their order.

Identifiers are numbers of fixed width by order of settlement; a reversal has its own settlement and line
numbers and names the originals.
"""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from fundguard.synthetic import visits as v
from fundguard.synthetic.city import DEPARTMENT_NAMES, DEPARTMENTS, SORT
from fundguard.synthetic.columnar import Array
from fundguard.synthetic.plan import Plan
from fundguard.synthetic.registers import UNKNOWN_DOCTOR, doctor_codes, doctor_names, place_codes
from fundguard.synthetic.writers import Landing

SETL = 990_100_100_000_000_000
REVERSAL = 990_100_700_000_000_000
MDTRT = 990_100_200_000_000_000
LINE = 990_100_300_000_000_000
RX = 990_100_400_000_000_000
TRACE = 100_000_000_000_000_000
PLANTED_TRACE = 500_000_000_000
_MED_TYPES = ["11", "13", "14", "41", "21", "14", "21", "2105", "11", "52", "21", "11", "15", "11"]
_DISEASE_NO = {"dialysis": "M07800", "chemo": "M00500"}

Head = dict[str, Array]  # header amounts in cents, by name


@dataclass
class Context:
    """What all row writers need; keeps running numbers, sales by month, truth events and near misses."""

    plan: Plan
    landing: Landing
    position_of: Array  # key → position, -1 gone
    next_line: int = 0
    next_trace: int = 0
    settlements: int = 0
    events: list[dict[str, Array]] = field(default_factory=list)
    near: list[dict[str, Array]] = field(default_factory=list)
    sold: dict[int, Array] = field(default_factory=dict)

    def __post_init__(self) -> None:
        city, diseases = self.plan.city, self.plan.diseases
        codes = place_codes(city)
        self.places = pa.array(codes)
        self.place_admdvs = pa.array([code[1:7] for code in codes])
        self.doctors = pa.array([*doctor_codes(city), UNKNOWN_DOCTOR])
        self.doctor_names = pa.array([*doctor_names(city), "未知医生"])
        # The last one is charged by planted lines alone.
        self.departments = pa.array([*DEPARTMENTS, "Y01"])
        self.department_names = pa.array([*DEPARTMENT_NAMES, "重症医学科"])
        self.med_types = pa.array(_MED_TYPES)
        dise = sorted({d for d in diseases.dise_no if d} | set(_DISEASE_NO.values()))
        self.dise_nos = pa.array(dise)
        self.dise_no = np.array([dise.index(d) if d else -1 for d in diseases.dise_no])
        self.dise_kind = np.array([dise.index(_DISEASE_NO[k]) if k in _DISEASE_NO else -2 for k in v.KINDS])
        self.drg = pa.array([f"{group}{digit}" for group in diseases.adrg for digit in "135"])
        catalogue = self.plan.catalogue
        self.pieces = catalogue.list_type == catalogue.list_types.index("102")
        self.surgery = self.plan.catalogue.pools["surgery"]

    def doctor(self, doctor: Array) -> Array:
        """Position in the list of doctor codes; the last one is the unknown doctor, -1 nobody."""
        return np.where(doctor == -2, len(self.doctors) - 1, doctor)

    def has_department(self, chunk: v.Visits) -> Array:
        """Which visits are at a place with departments (not a pharmacy)."""
        return self.plan.city.places.sort[chunk.place] != SORT["pharmacy"]

    def line_numbers(self, count: int) -> Array:
        """The next `count` line numbers."""
        number = LINE + self.next_line + np.arange(count)
        self.next_line += count
        return number
