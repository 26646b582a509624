"""Fee lines of a chunk of visits: what was charged, when, by whom, in exact cents.

A visit's kind gives the mix of line classes; a class names a pool of the catalogue; the item is the one
whose price fits the share of the visit's cost that falls to the line. Stays get bed, nursing and ward
round once for each night, and the rest spread over the days.
"""

from dataclasses import dataclass

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.cabinet import Cabinet
from fundguard.synthetic.city import DEPARTMENTS
from fundguard.synthetic.columnar import DAY, Array, runs
from fundguard.synthetic.plan import PLANTED, Plan

# class → (pool, weight in cost, most units, spread of the weight); pool "" = medicine of the diagnosis.
CLASSES: dict[str, tuple[str, float, int, float]] = {
    "consult": ("consult", 0.25, 1, 0.1),
    "consult_emergency": ("consult_emergency", 0.3, 1, 0.1),
    "drug": ("", 1.0, 6, 0.7),
    "patent": ("drug_resp", 0.7, 4, 0.6),
    "infusion": ("drug_infusion", 1.0, 6, 0.8),
    "drug_level": ("drug_level", 1.8, 4, 0.5),
    "drug_inpatient": ("drug_inpatient", 2.0, 3, 0.5),
    "lab": ("lab", 0.55, 1, 0.7),
    "imaging": ("imaging", 3.0, 1, 0.8),
    "treat": ("treat", 0.5, 3, 0.6),
    "consumable": ("consumable", 0.5, 3, 0.8),
    "implant": ("implant", 45.0, 2, 0.6),
    "surgery": ("surgery", 40.0, 1, 0.3),
    "anaesthesia": ("anaesthesia", 12.0, 1, 0.3),
    "piece": ("piece", 0.7, 1, 0.5),
    "therapy_tcm": ("therapy_tcm", 1.0, 1, 0.2),
    "therapy_rehab": ("therapy_rehab", 1.0, 1, 0.2),
    "dialysis": ("dialysis", 6.0, 1, 0.1),
    "chemo": ("drug_chemo", 8.0, 3, 0.5),
    "psych": ("drug_psych", 1.0, 3, 0.5),
    "psych_service": ("therapy_psych", 0.6, 1, 0.3),
    "sexed_service": ("service_female", 2.0, 1, 0.4),
    "dental": ("treat_dental", 3.0, 2, 0.4),
}
_CLASS = {name: number for number, name in enumerate(CLASSES)}
_MIX: dict[str, dict[str, float]] = {
    "outpatient": {"drug": 46, "patent": 6, "lab": 24, "imaging": 9, "treat": 9, "consumable": 4, "piece": 2},
    "emergency": {"drug": 24, "infusion": 22, "lab": 28, "imaging": 12, "treat": 12, "consumable": 2},
    "chronic": {"drug": 74, "lab": 20, "imaging": 6},
    "pharmacy": {"drug": 82, "patent": 18},
    "stay": {
        "infusion": 34,
        "drug": 9,
        "lab": 24,
        "imaging": 4.5,
        "treat": 14,
        "consumable": 8,
        "drug_level": 4,
        "drug_inpatient": 2.5,
    },
    "dialysis": {"infusion": 62, "lab": 38},
    "chemo": {"chemo": 25, "infusion": 40, "lab": 20, "treat": 12, "consumable": 3},
    "psychiatric": {"psych": 55, "psych_service": 12, "lab": 22, "treat": 11},
    "therapy": {"therapy_tcm": 55, "therapy_rehab": 45},
    "delivery": {"infusion": 30, "lab": 26, "treat": 22, "consumable": 12, "imaging": 6, "drug": 4},
    "newborn": {"infusion": 30, "lab": 35, "treat": 35},
    "village": {"drug": 66, "patent": 12, "treat": 16, "infusion": 6},
    "special": {"drug": 100},
    "checkup": {"lab": 62, "imaging": 38},
}
# Dialyser and lines are part of a dialysis session: ordinary sessions do not charge them apart.
_FIRST = {
    "outpatient": ("consult", 0.75),
    "emergency": ("consult_emergency", 0.9),
    "chronic": ("consult", 0.6),
    "therapy": ("consult", 0.12),
    "village": ("consult", 0.25),
    "dialysis": ("dialysis", 1.0),
}
# A high-value consumable follows the operation: bone, eye, heart, and what any surgeon uses.
_IMPLANTS = {"B02": "implant_bone", "D02": "implant_eye", "A03": "implant_heart"}
FLUOROQUINOLONES = "XJ01MA"
# What a line costs against its target once packs are whole; measured, so that costs per visit come out.
FIT = {"outpatient": 1.28, "chronic": 1.8, "pharmacy": 1.3, "stay": 1.15, "village": 1.0}


@dataclass
class Lines:
    """Lines as arrays; `visit` is the position in the chunk; money in cents, cnt in ten-thousandths."""

    columns: dict[str, Array]

    def __len__(self) -> int:
        return len(self.columns["visit"])

    def __getattr__(self, name: str) -> Array:
        try:
            return self.__dict__["columns"][name]
        except KeyError:
            raise AttributeError(name) from None

    def take(self, index: Array) -> "Lines":
        """The lines at `index`."""
        return Lines({name: column[index] for name, column in self.columns.items()})


Rows = dict[str, Array]


def _wide(type_: type) -> type:
    return bool if type_ is np.bool_ else np.int64


class LineMaker:
    """Makes the lines of one chunk after another from a plan; the tables below are computed once."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.catalogue = plan, plan.catalogue
        pool_id = self.catalogue.pool_id
        self.pool = np.array([pool_id.get(row[0], 0) for row in CLASSES.values()])
        self.weight = np.array([row[1] for row in CLASSES.values()])
        self.most = np.array([row[2] for row in CLASSES.values()])
        self.sigma = np.array([row[3] for row in CLASSES.values()])
        mix = np.zeros((len(v.KINDS), len(CLASSES)))
        for kind, shares in _MIX.items():
            for name, share in shares.items():
                mix[v.KIND[kind], _CLASS[name]] = share
        cumulative = np.cumsum(mix / mix.sum(axis=1, keepdims=True), axis=1)
        cumulative[:, -1] = 1.0
        self.mix = (cumulative + np.arange(len(v.KINDS))[:, None]).ravel()
        group_pool = []
        for group in plan.diseases.group:
            name = {
                "ped": "drug_pedgen",
                "rehab": "drug_stroke",
                "obs": "drug_anaemia",
                "none": "drug_gi",
            }.get(group, f"drug_{group}")
            group_pool.append(pool_id[name])
        self.group_pool = np.array(group_pool)
        self.implant_pool = np.array(
            [pool_id[_IMPLANTS.get(DEPARTMENTS[at], "implant_general")] for at in plan.diseases.department]
        )
        self.group = np.array(plan.diseases.group)
        self.item = {
            name: self.catalogue.pools[name][0] for name in ("bed", "nurse", "nurse_psych", "consult_stay")
        }
        self.first = np.full(len(v.KINDS), -1)
        self.first_share = np.zeros(len(v.KINDS))
        for kind, (name, share) in _FIRST.items():
            self.first[v.KIND[kind]], self.first_share[v.KIND[kind]] = _CLASS[name], share
        self.fit = np.array([FIT.get(kind, 1.0) for kind in v.KINDS])
        stems, self.medicine = np.unique([code[:11] for code in self.catalogue.codes], return_inverse=True)
        self.cabinet = Cabinet(len(stems))
        self.for_child = self._for_child()
        self.planted = self._planted()
        exam = next(c for c in self.catalogue.codes if c == "003311020990000")
        self.mapped_from = np.array([self.catalogue.by_code[exam], self.catalogue.by_code["002504040110000"]])
        self.mapped_to = int(self.catalogue.pools["service_female"][0])

    def _for_child(self) -> Array:
        """Item → what a child is given instead: for a fluoroquinolone its pool's nearest other medicine in price."""
        barred = np.array([code.startswith(FLUOROQUINOLONES) for code in self.catalogue.codes])
        instead = np.arange(len(barred))
        for members in self.catalogue.pools.values():
            others = members[~barred[members]]
            for item in members[barred[members]] if len(others) else ():
                far = np.abs(self.catalogue.price[others] - self.catalogue.price[item])
                instead[item] = others[np.argmin(far)]
        return instead

    def _planted(self) -> dict[str, Array]:
        parts = self.plan.lines
        if not parts:
            return {}
        merged = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        order = np.argsort(merged["key"], kind="stable")
        return {name: column[order] for name, column in merged.items()}

    def make(self, chunk: v.Visits, rng: np.random.Generator, last_second: int) -> Lines:
        """All lines of the chunk, sorted by visit and time."""
        stay = v.STAYS[chunk.kind]
        nights = np.maximum(chunk.end // DAY - chunk.begin // DAY, 1)
        parts = [self._daily(chunk, stay, nights), self._drawn(chunk, stay, nights, rng)]
        parts.append(self._extra(chunk, rng))
        merged = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        lines = Lines(merged)
        lines = lines.take(lines.time < last_second)
        self._noise(chunk, lines, rng)
        lines = lines.take(np.lexsort((lines.time, lines.visit)))
        self._prescriptions(chunk, lines)
        self._amounts(chunk, lines)
        return lines

    # Bed, nursing, ward round: once for each night, posted daily --------------------------------

    def _daily(self, chunk: v.Visits, stay: Array, nights: Array) -> Rows:
        rows = np.flatnonzero(stay & (chunk.flags & v.BARE == 0))
        each = nights[rows] * 3
        visit = np.repeat(rows, each)
        number = runs(each)
        day = chunk.begin[visit] // DAY + number // 3
        which = number % 3
        nurse = np.where(
            chunk.kind[visit] == v.KIND["psychiatric"], self.item["nurse_psych"], self.item["nurse"]
        )
        item = np.select([which == 0, which == 1], [self.item["bed"], nurse], self.item["consult_stay"])
        time = np.maximum(day * DAY + 23 * 3600 + which * 600, chunk.begin[visit] + 60)
        return self._rows(visit, item, np.full(len(visit), 10_000), time, chunk)

    # Everything else ---------------------------------------------------------------------------

    def _drawn(self, chunk: v.Visits, stay: Array, nights: Array, rng: np.random.Generator) -> Rows:
        count = np.where(chunk.flags & v.BARE > 0, 0, chunk.lines)
        count = np.where(chunk.flags & v.THIN > 0, np.minimum(count, 6), count).astype(np.int64)
        visit = np.repeat(np.arange(len(chunk)), count)
        number = runs(count)
        kind = chunk.kind[visit].astype(np.int64)
        size = len(visit)
        mixed = np.searchsorted(self.mix, kind + rng.random(size) * 0.999999, side="right")
        classes = mixed - kind * len(CLASSES)
        opening = (number == 0) & (rng.random(size) < self.first_share[kind])
        classes = np.where(opening, self.first[kind], classes)
        disease = chunk.disease[visit]
        surgical = self.plan.diseases.surgical[disease] & (kind == v.KIND["stay"])
        operated = surgical & (chunk.cost[visit] > 3000)
        classes = np.where(operated & (number == 0), _CLASS["surgery"], classes)
        classes = np.where(operated & (number == 1), _CLASS["anaesthesia"], classes)
        implanted = operated & (number == 2) & (chunk.cost[visit] > 7000)
        classes = np.where(implanted, _CLASS["implant"], classes)
        rank = self.plan.city.places.rank[chunk.place[visit]]
        limited = np.isin(classes, [_CLASS["drug_level"], _CLASS["drug_inpatient"]]) & (rank < 2)
        classes = np.where(limited, _CLASS["infusion"], classes)
        pool = np.where(classes == _CLASS["drug"], self.group_pool[disease], self.pool[classes])
        pool = np.where(classes == _CLASS["implant"], self.implant_pool[disease], pool)
        self._sexed(chunk, visit, classes, pool, disease, rng)
        packaged = chunk.flags[visit] & v.PACKAGE > 0
        weight = self.weight[classes] * np.exp(rng.normal(0, 1, size) * self.sigma[classes])
        weight = np.where(packaged, self.weight[classes], weight)
        total = np.bincount(visit, weight, len(chunk))
        fixed = np.where(stay & (chunk.flags & v.BARE == 0), nights * 88.0, 0.0)
        budget = np.maximum(chunk.cost * self.fit[chunk.kind] - fixed, chunk.cost * 0.1)
        target = weight / np.maximum(total, 1e-9)[visit] * budget[visit] * 100.0
        most = self.most[classes]
        is_drug = np.isin(classes, [_CLASS["drug"], _CLASS["patent"]])
        units = 1 + (rng.random(size) * np.minimum(most, 2)).astype(np.int64)
        units = np.minimum(units, most)
        item = self.catalogue.pick(rng, pool, target / units)
        child = self.plan.city.people.age[chunk.person[visit]] < 18
        item = np.where(child, self.for_child[item], item)
        units = np.clip(np.round(target / self.catalogue.price[item]), 1, most).astype(np.int64)
        # Medicine to take home lasts thirty days at most, or ninety on a long prescription; that for a chronic
        # disease is dispensed by days.
        wanted = np.where(chunk.flags[visit] & v.LONG_RX > 0, 90, 30)
        packs = np.maximum(wanted // np.maximum(self.catalogue.pack_days[item], 1), 1)
        units = np.where(is_drug & ~stay[visit], np.minimum(units, packs), units)
        units = np.where(is_drug & (kind == v.KIND["chronic"]), packs, units)
        cnt = units * 10_000
        piece = classes == _CLASS["piece"]
        cnt = np.where(piece, rng.integers(6, 16, size) * 7 * 10_000, cnt)
        stayed = stay[visit]
        span = nights[visit]
        offset = (rng.random(size) ** 1.25 * span).astype(np.int64)
        offset = np.where(
            np.isin(classes, [_CLASS["surgery"], _CLASS["anaesthesia"], _CLASS["implant"]]),
            np.minimum(span - 1, 1),
            offset,
        )
        in_stay = (chunk.begin[visit] // DAY + offset) * DAY + 8 * 3600 + rng.integers(0, 9 * 3600, size)
        in_stay = np.clip(
            in_stay, chunk.begin[visit] + 300, np.maximum(chunk.end[visit] - 300, chunk.begin[visit] + 300)
        )
        at_once = chunk.begin[visit] + rng.integers(0, 240, size)
        at_pharmacy = chunk.begin[visit]
        time = np.where(stayed, in_stay, np.where(kind == v.KIND["pharmacy"], at_pharmacy, at_once))
        rows = self._rows(visit, item, cnt, time, chunk)
        # The same item twice on one day is one line: keep the first.
        day = time // DAY - (chunk.begin[visit] // DAY)
        key = (visit.astype(np.int64) * 512 + np.clip(day, 0, 511)) * 4096 + item
        _, kept = np.unique(key, return_index=True)
        kept.sort()
        # Nobody takes home again what is still there; a visit keeps its first line, and what is planted all.
        home = kept[is_drug[kept] & ~stayed[kept]]
        always = (number[home] == 0) | (chunk.tag[visit[home]] >= 0)
        given = self.cabinet.fill(
            chunk.person[visit[home]],
            self.medicine[item[home]],
            time[home] // DAY,
            rows["days"][home],
            always,
        )
        kept = np.setdiff1d(kept, home[~given], assume_unique=True)
        return {name: column[kept] for name, column in rows.items()}

    def _sexed(
        self,
        chunk: v.Visits,
        visit: Array,
        classes: Array,
        pool: Array,
        disease: Array,
        rng: np.random.Generator,
    ) -> None:
        """Lawful use of limited items: women's and men's medicine, children's medicine."""
        pools = self.catalogue.pool_id
        people = self.plan.city.people
        drug = classes == _CLASS["drug"]
        group = self.group[disease]
        draw = rng.random(len(visit)) < 0.5
        female = people.female[chunk.person[visit]]
        age = people.age[chunk.person[visit]]
        own = chunk.flags[visit] & v.NEWBORN == 0
        pool[drug & draw & (group == "gyn") & female & own] = pools["drug_female"]
        pool[drug & draw & (group == "andro") & ~female & own] = pools["drug_male"]
        pool[drug & draw & (group == "ped") & (age <= 11)] = pools["drug_child"]
        service = np.isin(classes, [_CLASS["treat"], _CLASS["imaging"]]) & (rng.random(len(visit)) < 0.25)
        pool[service & np.isin(group, ["gyn", "obs"]) & female & own & (age >= 18)] = pools["service_female"]

    def _rows(self, visit: Array, item: Array, cnt: Array, time: Array, chunk: v.Visits) -> Rows:
        size = len(visit)
        kind = chunk.kind[visit]
        doctor = chunk.doctor[visit].astype(np.int64)
        pack = self.catalogue.pack_days[item]
        days = np.where(self.catalogue.is_drug[item], pack * (cnt // 10_000), 0)
        days = np.where(v.STAYS[kind], np.minimum(days, 1), days)
        given = {
            "visit": visit.astype(np.int64),
            "item": item.astype(np.int64),
            "cnt": cnt.astype(np.int64),
            "price": self.catalogue.price[item],
            "time": time.astype(np.int64),
            "doctor": doctor,
            "days": days,
            "mapped": np.full(size, -1, dtype=np.int64),
            "serial": np.full(size, -1, dtype=np.int64),  # of a line that is taken back
            "undoes": np.full(size, -1, dtype=np.int64),  # the serial of the line this one takes back
            "planted": np.zeros(size, dtype=bool),
        }
        for name, (type_, value) in PLANTED.items():
            # An ordinary line is no truth event.
            given[name] = np.full(size, False if name == "event" else value, dtype=_wide(type_))
        return given

    # Planted lines ------------------------------------------------------------------------------

    def _extra(self, chunk: v.Visits, rng: np.random.Generator) -> Rows:
        if not self.planted:
            return self._rows(
                np.zeros(0, np.int64),
                np.zeros(0, np.int64),
                np.zeros(0, np.int64),
                np.zeros(0, np.int64),
                chunk,
            )
        order = np.argsort(chunk.key)
        keys = chunk.key[order]
        at: Array = np.searchsorted(keys, self.planted["key"])
        here = keys[np.minimum(at, len(keys) - 1)]
        found: Array = np.flatnonzero((at < len(keys)) & (here == self.planted["key"]))
        extra = {name: column[found] for name, column in self.planted.items()}
        visit = order[at[found]]
        item = extra["item"].astype(np.int64)
        after = np.where(extra["after"] != -1, extra["after"], rng.integers(0, 240, len(found)))
        rows = self._rows(visit, item, extra["cnt"], chunk.begin[visit] + after, chunk)
        rows["price"] = np.where(extra["price"] >= 0, extra["price"], rows["price"])
        rows["doctor"] = np.where(extra["doctor"] >= 0, extra["doctor"], rows["doctor"])
        rows["days"] = np.where(extra["days"] > 0, extra["days"], rows["days"])
        for name in PLANTED:
            rows[name] = extra[name].astype(rows[name].dtype)
        rows["planted"] = np.ones(len(found), dtype=bool)
        undone = np.flatnonzero(extra["undo"])
        rows["serial"][undone] = np.arange(len(undone))
        back = {name: column[undone] for name, column in rows.items()}
        back.update(
            cnt=-back["cnt"],
            time=back["time"] + 1_800,
            days=np.zeros(len(undone), dtype=np.int64),
            undoes=back["serial"],
            serial=np.full(len(undone), -1, dtype=np.int64),
        )
        return {name: np.concatenate([column, back[name]]) for name, column in rows.items()}

    # Honest mistakes ----------------------------------------------------------------------------

    def _noise(self, chunk: v.Visits, lines: Lines, rng: np.random.Generator) -> None:
        item = lines.columns["item"]
        # What is planted says exactly what it is meant to say.
        plain = ~lines.planted & (chunk.tag[lines.visit] < 0)
        service = self.catalogue.is_service[item] & plain
        slipped = service & (rng.random(len(item)) < 0.0005)
        services = np.flatnonzero(self.catalogue.is_service[: self.catalogue.ordinary])
        item[slipped] = rng.choice(services, int(slipped.sum()))
        wrong = (
            np.isin(item, self.mapped_from)
            & plain
            & self.plan.city.places.mapping_error[chunk.place[lines.visit]]
        )
        wrong &= rng.random(len(item)) < 0.15  # one of several devices
        lines.columns["mapped"][wrong] = item[wrong]
        item[wrong] = self.mapped_to
        changed = slipped | wrong
        lines.columns["price"][changed] = np.where(
            wrong[changed], lines.price[changed], self.catalogue.price[item[changed]]
        )
        therapy = self.catalogue.minutes[item] * service * (lines.minutes == 0)
        long = therapy >= 20
        lines.columns["minutes"] = np.where(long, therapy, lines.minutes)

    def _prescriptions(self, chunk: v.Visits, lines: Lines) -> None:
        """At most five medicines on a prescription outside a stay; one doctor in thirty writes them on one."""
        careless = (chunk.key * 2_654_435_761 >> 7) % 30 == 0
        split = self.catalogue.is_drug[lines.item] & ~lines.planted
        split &= ~v.STAYS[chunk.kind[lines.visit]] & ~careless[lines.visit]
        rows = np.flatnonzero(split)
        rank = np.arange(len(rows)) - np.searchsorted(lines.visit[rows], lines.visit[rows])
        lines.columns["rx"][rows] = rank // 5

    def _amounts(self, chunk: v.Visits, lines: Lines) -> None:
        """det = own + over + preself + in scope, to the cent (identities A6, A7)."""
        item, price, cnt = lines.item, lines.price, lines.cnt
        det = (price * cnt + 5_000) // 10_000
        checkup = chunk.kind[lines.visit] == v.KIND["checkup"]
        own = (self.catalogue.prop[item] == 10_000) | checkup | lines.own
        ceiling = self.catalogue.cap[item]
        over = np.where(
            (ceiling >= 0) & (price > ceiling) & ~own & ~lines.unlimited,
            ((price - ceiling) * cnt + 5_000) // 10_000,
            0,
        )
        before = np.where(own, 0, ((det - over) * self.catalogue.prop[item] + 5_000) // 10_000)
        lines.columns.update(
            det=det,
            own=np.where(own, det, 0),
            over=over,
            before=before,
            scope=np.where(own, 0, det - over - before),
            own_pay=own,
        )
