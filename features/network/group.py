"""From one component of the co-visit graph to groups: truss, communities, joint events, benign tests.

Everything here is networkx on a few dozen persons and runs inside `Engine.by_key`. Nodes and edges are
sorted before every graph call, so that the order of rows never shows in a result.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import networkx
import numpy as np

SEED = 7
"""Louvain visits nodes in an order drawn from this seed; the same on every run and engine."""

PERSON_COST = 2.0
"""Decades of surprise that picking one more person out of a crowd costs a group."""


@dataclass(frozen=True)
class Visit:
    """One visit. `minute` counts from 1970; `rate` is the chance that another visit there falls near it.

    `near` is how many visits of anybody do, `traffic` how many visits the place has in all.
    """

    person: str
    place: str
    day: int
    minute: int
    rate: float
    near: int = 0
    traffic: int = 1
    care: str = ""
    fund: int = 0


@dataclass(frozen=True)
class Event:
    """Members together at one place on one day within the window; `surprise` is −log10 p by opportunity."""

    place: str
    day: int
    visits: tuple[Visit, ...]
    surprise: float

    @property
    def persons(self) -> list[str]:
        """Who was there, sorted."""
        return sorted({visit.person for visit in self.visits})


@dataclass
class Group:
    """Persons, what brought them together, and what may explain it."""

    persons: list[str]
    events: list[Event]
    strength: float
    tags: list[str] = field(default_factory=list)

    def presence(self) -> Counter[str]:
        """At how many of the joint events each person was."""
        return Counter(person for event in self.events for person in event.persons)


class Component:
    """One component of the graph: its edges (person, person, weight) and all visits of its persons."""

    def __init__(
        self,
        edges: Iterable[tuple[str, str, float]],
        visits: Iterable[Visit],
        parameters: Mapping[str, float],
    ) -> None:
        self.parameters = parameters
        self.graph = networkx.Graph()
        for a, b, weight in sorted(edges):
            self.graph.add_edge(a, b, weight=weight)
        self.visits: dict[str, list[Visit]] = defaultdict(list)
        for visit in sorted(visits, key=lambda v: (v.person, v.day, v.minute, v.place)):
            self.visits[visit.person].append(visit)
        self.at = {
            person: Counter(visit.place for visit in visits) for person, visits in self.visits.items()
        }

    def groups(self) -> list[Group]:
        """Groups of the component, strongest first; of two that share half their persons the stronger."""
        found = [g for seeds in self.communities() if (g := self.refine(seeds)) is not None]
        kept: list[Group] = []
        for group in sorted(found, key=lambda g: (-g.strength, g.persons)):
            persons = set(group.persons)
            if all(2 * len(persons & set(k.persons)) < min(len(persons), len(k.persons)) for k in kept):
                kept.append(group)
        return kept

    def communities(self) -> list[list[str]]:
        """Louvain communities of the pairs that structure supports, each sorted."""
        kept = self.supported()
        parts: list[list[str]] = []
        for nodes in sorted(sorted(c) for c in networkx.connected_components(kept)):
            if len(nodes) <= 6:
                parts.append(nodes)
            elif len(nodes) > self.parameters["component_large"]:
                parts.extend(_louvain_large(kept, nodes))
            else:
                part = ordered(kept.subgraph(nodes))
                found = networkx.community.louvain_communities(part, weight="weight", seed=SEED)
                parts.extend(sorted(c) for c in found)
        return [part for part in sorted(parts) if len(part) >= 3]

    def supported(self) -> networkx.Graph:
        """The 4-truss (every pair has two common partners), and beside it triangles apart from any truss.

        The triangles let a small ring of rare meetings be a seed; the joint events decide about it.
        """
        truss = networkx.k_truss(self.graph, 4)
        rest = networkx.Graph(self.graph)
        rest.remove_nodes_from(list(truss.nodes()))
        return ordered(networkx.compose(truss, networkx.k_truss(rest, 3)))

    def refine(self, seeds: Sequence[str]) -> Group | None:
        """Settle persons and events on each other: who was at two of the events, and the events of those."""
        persons = sorted(seeds)
        for _ in range(5):
            events = self.events(persons)
            around = {n for p in persons for n in self.graph[p]}
            candidates = sorted(set(persons) | around)
            joined = self.attendance(candidates, events)
            kept = [p for p in candidates if joined[p] >= 2]
            if kept == persons:
                break
            persons = kept
            if len(persons) < 3:
                return None
        events = self.events(persons)
        if len({event.day for event in events}) < 2:
            return None
        strength = sum(event.surprise for event in events) - PERSON_COST * len(persons)
        return Group(persons=persons, events=events, strength=strength) if strength > 0 else None

    def events(self, persons: Sequence[str]) -> list[Event]:
        """Joint events: three persons (of a group of four or fewer: two) at one place within the window.

        Expected are the other visits of the members there, each falling near this moment at the rate of
        peers, or, when outsiders crowd the place at that moment, at theirs: a market day explains itself.
        """
        window = self.parameters["window_minutes"]
        least = 3 if len(persons) > 4 else 2
        slots: dict[tuple[str, int], list[Visit]] = defaultdict(list)
        for person in persons:
            for visit in self.visits[person]:
                slots[visit.place, visit.day].append(visit)
        found = []
        for (place, day), visits in sorted(slots.items()):
            best = _fullest(sorted(visits, key=lambda v: (v.minute, v.person)), window)
            if len(best) < least:
                continue
            own = sum(self.at[p][place] for p in persons)
            n = len(best)
            peers = self.parameters["opportunity_safety"] * math.fsum(v.rate for v in best) / n
            outsiders = max(0.0, sum(v.near + 1 for v in best) / n - n)
            crowd = outsiders / max(1, best[0].traffic - own)
            expected = max(1e-6, max(peers, crowd) * max(own - n, 1))
            surprise = tail_surprise(n - 1, expected)
            if surprise >= 1:
                found.append(Event(place, day, tuple(best), surprise))
        return found

    def attendance(self, persons: Sequence[str], events: Sequence[Event]) -> Counter[str]:
        """At how many of the events each person was (within the window of its first visit)."""
        window = self.parameters["window_minutes"]
        when = {(event.place, event.day): event.visits[0].minute for event in events}
        count: Counter[str] = Counter()
        for person in persons:
            for visit in self.visits[person]:
                minute = when.get((visit.place, visit.day))
                if minute is not None and abs(visit.minute - minute) <= window:
                    count[person] += 1
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


def _louvain_large(graph: networkx.Graph, nodes: Sequence[str]) -> list[list[str]]:
    """Louvain of scikit-network, 20 to 50 times faster than networkx on thousands of nodes (measured)."""
    from sknetwork.clustering import Louvain

    matrix = networkx.to_scipy_sparse_array(graph, nodelist=list(nodes), weight="weight", format="csr")
    labels = Louvain(random_state=SEED, shuffle_nodes=False).fit_predict(matrix)
    return [sorted(nodes[i] for i in np.flatnonzero(labels == label)) for label in np.unique(labels)]


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
