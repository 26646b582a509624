"""What people have at home: nobody is given a medicine again while a week of it is left."""

import numpy as np

from fundguard.synthetic.columnar import Array, runs

LEFT = 7
"""Days of supply at hand up to which a medicine is fetched again."""


class Cabinet:
    """Person × medicine → the day their supply lasts to, carried from one chunk of visits to the next.

    Chunks come in order of time; what has run out before one begins is forgotten, so that the memory follows
    the people under treatment, not the history.
    """

    def __init__(self, medicines: int) -> None:
        self.medicines = medicines
        self.keys: Array = np.zeros(0, dtype=np.int64)
        self.until: Array = np.zeros(0, dtype=np.int64)

    def fill(self, person: Array, medicine: Array, day: Array, days: Array, always: Array) -> Array:
        """Which lines are given (boolean, one a line); lines in order of time, `days` of supply each.

        `always`: given even where there is enough of it. What is given is added to what is there.
        """
        keys, line_key = np.unique(person.astype(np.int64) * self.medicines + medicine, return_inverse=True)
        until = np.full(len(keys), -1, dtype=np.int64)
        known, at, mine = np.intersect1d(self.keys, keys, assume_unique=True, return_indices=True)
        until[mine] = self.until[at]
        given = np.zeros(len(person), dtype=bool)
        order = np.argsort(line_key, kind="stable")
        turn = np.empty(len(order), dtype=np.int64)
        turn[order] = runs(np.bincount(line_key, minlength=len(keys)))
        for number in range(int(turn.max(initial=-1)) + 1):
            rows = np.flatnonzero(turn == number)
            key = line_key[rows]
            taken = always[rows] | (until[key] - day[rows] <= LEFT)
            given[rows] = taken
            rows, key = rows[taken], key[taken]
            until[key] = np.maximum(until[key], day[rows]) + days[rows]
        rest = ~np.isin(self.keys, known, assume_unique=True)
        merged = np.concatenate([self.keys[rest], keys])
        lasts = np.concatenate([self.until[rest], until])
        today = day.min() if len(day) else 0
        alive = np.flatnonzero(lasts > today)
        order = alive[np.argsort(merged[alive], kind="stable")]
        self.keys, self.until = merged[order], lasts[order]
        return given
