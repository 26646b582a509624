"""From one component of the co-visit graph to groups: truss, communities, joint events, benign tests.

Everything here is networkx on a few dozen persons and runs inside `Engine.by_key`. Nodes and edges are
sorted before every graph call, so that the order of rows never shows in a result.
"""

import math
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import networkx
import numpy as np
from scipy.sparse import csr_matrix

from features.network.co_visit import windows

SEED = 7
"""Louvain visits nodes in an order drawn from this seed; the same on every run and engine."""

WEAKEST = -6.0
"""Strength down to which a group is a candidate at all: below nothing but chance stands there."""

PERSON_COST = 2.0
"""Decades of surprise that picking one more person out of a crowd costs a group."""


LEVELS = (3.5, 5.0, 7.0, 10.0)
"""Surprises of pairs above which what hangs together is tried as a group of its own."""

SEEDS_MOST = 300
"""Evenings of one component that are tried as cores; only a village's web has more."""

SMALL = 40
"""Components up to this size are tried whole beside their communities."""

INSEPARABLE = 0.75
"""Persons who share this part of their joint events (intersection over union) may be one family."""

HOME_VISITS = 2
"""Visits apart from the group from which on a place is known to be somebody's usual one."""

STRANGER_VISITS = 20
"""Visits of two persons elsewhere than at their own usual places, from which on never having gone to each other's
outweighs having gone out together: one of a family goes there one time in five, and .8 to the power of 20 is .01."""

HABIT_DAYS = 10
"""Days before and after an event that tell a person's own rhythm at that place and hour …"""

HABIT_LEAST = 3
"""… if there are as many such visits: fewer may be the group's own other meetings."""

WINDOW_COST = 0.5
"""Decades for having tried three windows."""

FAMILY_OUTINGS = 2
"""Days on which a family went by itself, and the part of them each of its members was there."""

FAMILY_SHARE = 0.6

FAMILY_MOST = 4
"""Persons an unregistered family may have; larger households are rare and need a register to be excused."""

JOINT_SHARE = 0.2
"""A joint event gathers at least this share of the group: gangs rotate, but not into strangers."""


@dataclass(frozen=True)
class Visit:
    """One visit. `minute` counts from 1970; `rate` is the chance that another visit there falls near it.

    `near` is how many visits of anybody do, within the window and the two closer ones; `traffic` how many
    visits the place has in all.
    """

    person: str
    place: str
    day: int
    minute: int
    rate: float
    near: tuple[int, int, int] = (0, 0, 0)
    traffic: int = 1
    care: str = ""
    fund: int = 0


@dataclass(frozen=True)
class Event:
    """Members together at one place on one day within the window; `surprise` is −log10 p by opportunity.

    `core` are the visits inside the window (this or a closer one) that say most; `expected` is for them.
    """

    place: str
    day: int
    visits: tuple[Visit, ...]
    core: tuple[Visit, ...]
    expected: float
    surprise: float

    @property
    def persons(self) -> list[str]:
        """Who was there, sorted."""
        return sorted({visit.person for visit in self.visits})


@dataclass
class Group:
    """Persons, what brought them together, and what may explain it.

    `units` are families it could consist of, `homes` persons who are known to live apart from each other.
    """

    persons: list[str]
    events: list[Event]
    strength: float
    units: int
    homes: int

    def presence(self) -> Counter[str]:
        """At how many of the joint events each person was."""
        return Counter(person for event in self.events for person in event.persons)


class Lives:
    """What the persons of a group do without it: visits by place, and the home of each, where it goes most."""

    def __init__(self, visits: Mapping[str, Counter[str]]) -> None:
        self.visits = visits
        self.home = {
            person: max(sorted(places), key=places.__getitem__)
            for person, places in visits.items()
            if max(places.values(), default=0) >= HOME_VISITS
        }
        elsewhere = {
            person: visits[person].total() - visits[person][home] for person, home in self.home.items()
        }
        self.apart = {
            (a, b): elsewhere[a] + elsewhere[b]
            for a, at in self.home.items()
            for b, other in self.home.items()
            if at not in visits[b] and other not in visits[a]
        }
        """Pairs (both orders) neither of whom goes where the other has its home, and how many visits of the two
        elsewhere than at their homes say so."""

    def apart_from_each_other(self) -> int:
        """How many of the persons are all apart, taken in their order."""
        chosen: list[str] = []
        for person in self.visits:
            if all((person, other) in self.apart for other in chosen):
                chosen.append(person)
        return len(chosen)


class Component:
    """One component of the graph: its edges (person, person, weight) and all visits of its persons."""

    def __init__(
        self,
        edges: Iterable[tuple[str, str, float]],
        visits: Iterable[Visit],
        parameters: Mapping[str, float],
        household: Mapping[str, str | None],
    ) -> None:
        self.parameters = parameters
        self.household = household
        self.graph = networkx.Graph()
        for a, b, weight in sorted(edges):
            self.graph.add_edge(a, b, weight=weight)
        self.visits: dict[str, list[Visit]] = defaultdict(list)
        for visit in sorted(visits, key=lambda v: (v.person, v.day, v.minute, v.place)):
            self.visits[visit.person].append(visit)
        self.there: dict[tuple[str, int], list[str]] = defaultdict(list)
        for person in sorted(self.visits):
            for visit in self.visits[person]:
                self.there[visit.place, visit.day].append(person)
        self.clock: dict[str, dict[str, list[tuple[int, int]]]] = {}
        for person, own in self.visits.items():
            clock: dict[str, list[tuple[int, int]]] = defaultdict(list)
            for visit in own:
                clock[visit.place].append((visit.day, visit.minute % 1440))
            self.clock[person] = clock
        self.moment = {
            person: {(visit.place, visit.day): visit.minute for visit in visits}
            for person, visits in self.visits.items()
        }
        shares = (1.0, parameters.get("half", 1.0), parameters.get("quarter", 1.0))
        # A clock of days knows no closer window.
        self.windows = [
            (width, share)
            for nth, (width, share) in enumerate(
                zip(windows(parameters["window_minutes"]), shares, strict=True)
            )
            if nth == 0 or width >= 10
        ]

    def groups(self) -> list[Group]:
        """Groups of the component, strongest first; of two that share half their persons the stronger."""
        found = [group for seeds in self.seeds() for group in self.refine(seeds)]
        covered = {frozenset(pair) for group in found for pair in combinations(group.persons, 2)}
        for seed in self.slot_seeds():
            if not all(frozenset(pair) in covered for pair in combinations(seed, 2)):
                group = self.settle(seed)
                if group is not None:
                    found.append(group)
                    covered |= {frozenset(pair) for pair in combinations(group.persons, 2)}
        kept: list[Group] = []
        for group in sorted(found, key=lambda g: (-g.strength, g.persons)):
            persons = set(group.persons)
            if all(2 * len(persons & set(k.persons)) < min(len(persons), len(k.persons)) for k in kept):
                kept.append(group)
        return kept

    def seeds(self) -> list[list[str]]:
        """Sets of persons to start from: communities of the supported pairs, and whole small components.

        Louvain cuts a ring of rare meetings into its single evenings; the component keeps it together.
        Where both lead to the same ring, the stronger reading stays (`groups`).
        """
        kept = self.supported()
        parts: set[tuple[str, ...]] = set()
        for graph in (kept, self.graph, *(self.above(level) for level in LEVELS)):
            for component in networkx.connected_components(graph):
                if len(component) <= SMALL:
                    parts.add(tuple(sorted(component)))
        for nodes in sorted(sorted(c) for c in networkx.connected_components(kept)):
            if len(nodes) > self.parameters["component_large"]:
                parts.update(_louvain_large(kept, nodes))
            elif len(nodes) > 6:
                part = ordered(kept.subgraph(nodes))
                found = networkx.community.louvain_communities(part, weight="weight", seed=SEED)
                parts.update(tuple(sorted(c)) for c in found)
        return [list(part) for part in sorted(parts) if len(part) >= 3]

    def above(self, level: float) -> networkx.Graph:
        """The pairs of at least that surprise: a ring caught in a crowd's web stands out by its own pairs."""
        graph = networkx.Graph()
        graph.add_edges_from((a, b) for a, b, w in self.graph.edges(data="weight") if w >= level)
        return graph

    def slot_seeds(self) -> list[list[str]]:
        """Three or more who are linked and were together at one place and day: the cores of rings that rotate.

        A ring hidden in a village's web of pairs shows in no community, but its evenings hold together.
        """
        seeds: set[tuple[str, ...]] = set()
        for persons in self.there.values():
            if 3 <= len(persons) <= 2 * SMALL:
                linked = self.graph.subgraph(persons)
                for component in networkx.connected_components(linked):
                    if len(component) >= 3:
                        seeds.add(tuple(sorted(component)))
        return [list(seed) for seed in sorted(seeds, key=lambda seed: (-len(seed), seed))[:SEEDS_MOST]]

    def supported(self) -> networkx.Graph:
        """The 4-truss (every pair has two common partners), and beside it triangles apart from any truss.

        The triangles let a small ring of rare meetings be a seed; the joint events decide about it.
        """
        truss = networkx.k_truss(self.graph, 4)
        rest = networkx.Graph(self.graph)
        rest.remove_nodes_from(list(truss.nodes()))
        return ordered(networkx.compose(truss, networkx.k_truss(rest, 3)))

    def refine(self, seeds: Sequence[str]) -> list[Group]:
        """Settle persons and events on each other: who was at two of the events, and the events of those.

        Seeds that fall into circles which never meet (families of one village) are taken apart first.
        """
        found = []
        for circle in self.circles(sorted(seeds)):
            group = self.settle(circle)
            if group is not None:
                found.append(group)
        return found

    def circles(self, persons: list[str]) -> list[list[str]]:
        """The persons, or their communities by joint events where less than half of the pairs ever met."""
        together = _together(self.events(persons))
        n = len(persons)
        if n < 5 or 4 * len(together) >= n * (n - 1):
            return [persons]
        graph = networkx.Graph()
        graph.add_nodes_from(persons)
        graph.add_edges_from((a, b, {"weight": together[a, b]}) for a, b in sorted(together))
        found = networkx.community.louvain_communities(graph, weight="weight", seed=SEED)
        return sorted(sorted(part) for part in found if len(part) >= 3)

    def settle(self, persons: list[str]) -> Group | None:
        """Fixed point of persons and joint events; None when fewer than three persons or two days stay."""
        for _ in range(6):
            events = self.events(persons)
            candidates = sorted(set(persons) | self.attending(events))
            joined, met = self.presence(candidates, events)
            kept = [p for p in candidates if joined[p] >= 2 and 2 * len(met[p]) >= len(persons) - 1]
            if len(kept) < 3:
                return None
            if kept == persons:
                break
            persons = kept
        events = self.events(persons)
        while True:
            there = Counter(person for event in events for person in event.persons)
            kept = [person for person in persons if there[person] >= 2]
            if kept == persons:
                break
            persons, events = kept, self.events(kept)
        if len(persons) < 3 or len({event.day for event in events}) < 2:
            return None
        lives = self.lives(persons, events)
        units = self.units(persons, events, lives.apart)
        strength = _strength(events, units)
        if strength <= WEAKEST:
            return None
        return Group(
            persons=persons,
            events=events,
            strength=strength,
            units=len(set(units.values())),
            homes=lives.apart_from_each_other(),
        )

    def attending(self, events: Sequence[Event]) -> set[str]:
        """Persons of the component who were at two of the events or more, whether linked or not."""
        slots = Counter((event.place, event.day) for event in events)
        at = Counter(person for slot in slots for person in self.there.get(slot, ()))
        return {person for person, n in at.items() if n >= 2}

    def units(
        self, persons: Sequence[str], events: Sequence[Event], apart: Mapping[tuple[str, str], int]
    ) -> dict[str, str]:
        """Person → unit that counts once: its household, or the closest-knit circle that could be one.

        Where no register names households, up to four persons who are hardly ever at an event without
        each other count as one family: being together is no news among them.
        """
        unit = {person: self.household.get(person) or person for person in persons}
        loose = [person for person in persons if not self.household.get(person)]
        strangers = {pair for pair, visits in apart.items() if visits >= STRANGER_VISITS}
        for family in self.families(persons, strangers):
            if all(unit[person] == person for person in family):
                unit.update(dict.fromkeys(family, min(family)))
                loose = [person for person in loose if person not in family]
        there = [set(event.persons) for event in events]
        at = {p: {i for i, present in enumerate(there) if p in present} for p in loose}
        circle = _closest(loose, at, apart)
        if len(circle) > 1:
            unit.update(dict.fromkeys(circle, min(circle)))
        return unit

    def lives(self, persons: Sequence[str], events: Sequence[Event]) -> Lives:
        """Where the persons go when it is not with the group."""
        joint = {(event.place, event.day) for event in events}
        return Lives(
            {
                person: Counter(v.place for v in self.visits[person] if (v.place, v.day) not in joint)
                for person in persons
            }
        )

    def families(self, persons: Sequence[str], strangers: set[tuple[str, str]]) -> list[tuple[str, ...]]:
        """Up to four persons who went together at least twice when nobody else of the group was there.

        A ring meets as a ring; a family also goes by itself. Each member was at most of those outings, and no
        two are strangers by their other visits.
        """
        outing: dict[tuple[str, int], list[str]] = defaultdict(list)
        for person in persons:
            for visit in self.visits[person]:
                outing[visit.place, visit.day].append(person)
        alone = Counter(
            tuple(sorted(set(there))) for there in outing.values() if 2 <= len(set(there)) <= FAMILY_MOST
        )
        found: list[tuple[str, ...]] = []
        for family in sorted(alone, key=lambda f: (-len(f), -alone[f], f)):
            inside = {part: n for part, n in alone.items() if set(part) <= set(family)}
            times = sum(inside.values())
            here = Counter(person for part, n in inside.items() for person in part for _ in range(n))
            taken = {person for other in found for person in other}
            if (
                times >= FAMILY_OUTINGS
                and not taken & set(family)
                and not any(pair in strangers for pair in combinations(family, 2))
                and all(here[person] >= FAMILY_SHARE * times for person in family)
            ):
                found.append(family)
        return found

    def events(self, persons: Sequence[str]) -> list[Event]:
        """Joint events: three persons (of a group of four or fewer: two) at one place within the window.

        Expected are the other visits of the members there, each falling near this moment at the rate of
        peers, or, when outsiders crowd the place at that moment, at theirs: a market day explains itself.
        """
        least = max(3, round(len(persons) * JOINT_SHARE)) if len(persons) > 4 else 2
        slots: dict[tuple[str, int], list[Visit]] = defaultdict(list)
        for person in persons:
            for visit in self.visits[person]:
                slots[visit.place, visit.day].append(visit)
        own = Counter(visit.place for person in persons for visit in self.visits[person])
        found = []
        for (place, _), visits in sorted(slots.items()):
            if len(visits) < least:
                continue
            visits.sort(key=lambda v: (v.minute, v.person))
            best = self.joint(visits, own[place], self.habit(persons, place, visits))
            if best is not None and len(best.visits) >= least:
                found.append(best)
        return found

    def habit(self, persons: Sequence[str], place: str, visits: Sequence[Visit]) -> float:
        """Members that their own habits would bring here on that day at that hour.

        Somebody on a course of treatment comes every other day at ten: two courses meet again and again.
        """
        if len(self.windows) == 1:
            return 0.0
        day, minute = visits[0].day, visits[len(visits) // 2].minute % 1440
        width = self.windows[0][0]
        days = 0
        for person in persons:
            own = self.clock[person].get(place, ())
            first, last = bisect_left(own, (day - HABIT_DAYS,)), bisect_left(own, (day + HABIT_DAYS + 1,))
            usual = sum(other != day and abs(clock - minute) <= width for other, clock in own[first:last])
            days += usual if usual >= HABIT_LEAST else 0
        return days / (2 * HABIT_DAYS)

    def joint(self, visits: Sequence[Visit], own: int, habit: float) -> Event | None:
        """The event among members' visits of one place and day (sorted), read at its most telling window."""
        safety = self.parameters["opportunity_safety"]
        widest: list[Visit] = []
        best: tuple[float, float, list[Visit]] = (0.0, 0.0, [])
        for nth, (width, share) in enumerate(self.windows):
            core = _fullest(visits, width)
            widest = widest or core
            n = len(core)
            if n < 2:
                break
            peers = safety * share * math.fsum(v.rate for v in core) / n
            crowd = _outsiders(core, visits, width, nth) / max(1, core[0].traffic - own)
            expected = max(1e-6, max(peers, crowd) * max(own - n, 1), habit * share)
            surprise = tail_surprise(n - 1, expected) - (WINDOW_COST if nth else 0.0)
            if surprise > best[0]:
                best = (surprise, expected, core)
        surprise, expected, core = best
        if surprise < 1:
            return None
        around = {visit.person: visit for visit in (*widest, *core)}
        there = tuple(sorted(around.values(), key=lambda v: (v.minute, v.person)))
        return Event(there[0].place, there[0].day, there, tuple(core), expected, surprise)

    def presence(
        self, persons: Sequence[str], events: Sequence[Event]
    ) -> tuple[Counter[str], dict[str, set[str]]]:
        """At how many events each person was (within the window of its first visit), and whom it met."""
        window = self.parameters["window_minutes"]
        joined: Counter[str] = Counter()
        met: dict[str, set[str]] = {person: set() for person in persons}
        for event in events:
            present = set(event.persons)
            start = event.visits[0].minute
            for person in persons:
                minute = self.moment[person].get((event.place, event.day))
                if person in present or (minute is not None and abs(minute - start) <= window):
                    joined[person] += 1
                    met[person] |= present
        return joined, {person: others - {person} for person, others in met.items()}


def _closest(
    persons: Sequence[str], at: Mapping[str, set[int]], apart: Container[tuple[str, str]]
) -> list[str]:
    """The largest circle of at most `FAMILY_MOST`, none apart, whose joint events are nearly the same."""
    best: list[str] = []
    for first in persons:
        if not at[first]:
            continue
        circle = [first]
        for other in persons:
            if other == first or len(circle) == FAMILY_MOST or not at[other]:
                continue
            if all(
                (other, p) not in apart and len(at[other] & at[p]) >= INSEPARABLE * len(at[other] | at[p])
                for p in circle
            ):
                circle.append(other)
        if len(circle) > len(best):
            best = circle
    return best


def _strength(events: Sequence[Event], units: Mapping[str, str]) -> float:
    """Decades of surprise of the joint events, each unit counted once, less the cost of choosing units."""
    n = len(set(units.values()))
    share = n / len(units)
    surprise = math.fsum(
        tail_surprise(len({units[v.person] for v in event.core}) - 1, event.expected * share)
        for event in events
    )
    return surprise - PERSON_COST * n


def _together(events: Sequence[Event]) -> Counter[tuple[str, str]]:
    """At how many events each pair (sorted) was together."""
    count: Counter[tuple[str, str]] = Counter()
    for event in events:
        count.update(combinations(event.persons, 2))
    return count


def _fullest(visits: Sequence[Visit], window: float) -> list[Visit]:
    """The most visits within the window, of visits sorted by minute; the earliest such."""
    best, start = (0, 0), 0
    for end, visit in enumerate(visits):
        while visit.minute - visits[start].minute > window:
            start += 1
        if end + 1 - start > best[1] - best[0]:
            best = (start, end + 1)
    return list(visits[best[0] : best[1]])


def _outsiders(best: Sequence[Visit], members: Sequence[Visit], window: float, nth: int) -> float:
    """Mean number of visits by others near the visits of an event; `members` are sorted by minute."""
    minutes = [visit.minute for visit in members]
    others = 0
    for visit in best:
        own = bisect_right(minutes, visit.minute + window) - bisect_left(minutes, visit.minute - window)
        others += max(0, visit.near[nth] + 1 - own)
    return others / len(best)


def _louvain_large(graph: networkx.Graph, nodes: Sequence[str]) -> list[tuple[str, ...]]:
    """Louvain of scikit-network, 20 to 50 times faster than networkx on thousands of nodes (measured)."""
    from sknetwork.clustering import Louvain

    # scikit-network knows sparse matrices, not yet sparse arrays.
    matrix = csr_matrix(networkx.to_scipy_sparse_array(graph, nodelist=list(nodes), weight="weight"))
    labels = Louvain(random_state=SEED, shuffle_nodes=False).fit_predict(matrix)
    return [
        tuple(sorted(nodes[int(i)] for i in np.flatnonzero(labels == label))) for label in np.unique(labels)
    ]


def tail_surprise(count: int, expected: float) -> float:
    """−log10 of an upper bound of P(N ≥ count), N Poisson: the same bound as `co_visit.surprise`."""
    if count <= 0 or expected >= count:
        return 0.0
    log = count * math.log(expected) - expected - math.lgamma(count + 1)
    log += math.log((count + 1) / (count + 1 - expected))
    return max(0.0, min(60.0, -log / math.log(10)))


def ordered(graph: networkx.Graph) -> networkx.Graph:
    """The same graph with nodes and edges in sorted order."""
    edges = {(min(a, b), max(a, b)): data for a, b, data in graph.edges(data=True)}
    result = networkx.Graph()
    result.add_nodes_from(sorted(graph.nodes()))
    result.add_edges_from((a, b, edges[a, b]) for a, b in sorted(edges))
    return result
