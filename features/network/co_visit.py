"""Who meets whom more often than opportunity explains: visits → pairs → edges, as SQL on the engine.

The number of meetings that chance would give two persons is taken from institutions like theirs, never
from their own one: a ring must not explain itself (self-masking, measured). Weak pairs stay; what is
demanded is structure, in `features.network.group`.
"""

from collections.abc import Mapping
from itertools import pairwise

from core.engine import Engine

PPB = 1_000_000_000
"""Rates are held as whole parts per billion, so that sums are exact on every engine."""

PAIR_VISITS = 1_000_000
"""Pairs are counted in as many slices as there are such lots of visits: most pairs met once, and all of them
at once would fill the memory (some forty a visit in a busy place)."""


def register_edges(engine: Engine, parameters: Mapping[str, float], *, visits: str, prefix: str = "") -> None:
    """Register `<prefix>slot`, `<prefix>opportunity` and `<prefix>edge` from numbered visits.

    edge: a < b (persons), meeting_days, expected (meetings by opportunity), surprise (−log10 p), for every
    pair with enough shared days that opportunity does not explain.
    """
    p = {name: int(value) if float(value).is_integer() else value for name, value in parameters.items()}
    _register_slots(engine, p, visits, f"{prefix}slot")
    _register_opportunity(engine, p, prefix)
    meeting = (
        f"absolute(y.minute - x.minute) <= {p['window_minutes']} "
        f"AND absolute(y.turn - x.turn) <= {p['neighbours']}"
    )
    gap = "absolute(y.minute - x.minute)"
    half, quarter = windows(p["window_minutes"])[1:]
    _register_pairs(engine, p, prefix, meeting, gap)
    expected = (
        "SELECT q.a, q.b, q.meetings, q.half_meetings, q.quarter_meetings, "
        f"times({p['opportunity_safety']}, safe_ratio(SUM(as_whole(times(oa.visits, ob.rate) "
        f"+ times(ob.visits, oa.rate))), {2 * PPB})) AS expected "
        f"FROM {prefix}pair AS q JOIN {prefix}opportunity AS oa ON oa.person = q.a "
        f"JOIN {prefix}opportunity AS ob ON ob.person = q.b AND ob.place = oa.place "
        "GROUP BY q.a, q.b, q.meetings, q.half_meetings, q.quarter_meetings"
    )
    # Three windows are tried, so the best of them pays half a decade.
    best = (
        f"greater_of({surprise('c.meetings', 'c.expected')}, "
        f"{surprise('c.half_meetings', 'times(c.expected, c.half)')}, "
        f"{surprise('c.quarter_meetings', 'times(c.expected, c.quarter)')}) - 0.477121e0"
    )
    engine.register(
        f"{prefix}weak",
        sql=(
            f"SELECT w.* FROM (SELECT c.a, c.b, c.expected, {best} AS surprise FROM "
            f"(SELECT e.*, k.half, k.quarter FROM ({expected}) AS e CROSS JOIN {prefix}closeness AS k) AS c) "
            f"AS w WHERE w.surprise >= {p['pair_surprise_joint']}"
        ),
        keep=True,
    )
    # Meetings at two institutions on one day hang together: only days count as evidence.
    engine.register(
        f"{prefix}meeting",
        sql=(
            f"SELECT w.a, w.b, x.place, x.day, {gap} AS gap "
            f"FROM {prefix}weak AS w JOIN {prefix}slot AS x ON x.person = w.a "
            f"JOIN {prefix}slot AS y ON y.person = w.b AND y.place = x.place AND y.day = x.day "
            f"WHERE {meeting}"
        ),
        keep=True,
    )
    by_days = (
        "SELECT m.a, m.b, w.expected, COUNT(DISTINCT m.day) AS meetings, "
        f"COUNT(DISTINCT CASE WHEN m.gap <= {half} THEN m.day END) AS half_meetings, "
        f"COUNT(DISTINCT CASE WHEN m.gap <= {quarter} THEN m.day END) AS quarter_meetings "
        f"FROM {prefix}meeting AS m JOIN {prefix}weak AS w ON w.a = m.a AND w.b = m.b "
        "GROUP BY m.a, m.b, w.expected"
    )
    engine.register(
        f"{prefix}loose",
        sql=(
            f"SELECT d.* FROM (SELECT c.a, c.b, c.meetings AS days, c.expected, {best} AS surprise "
            f"FROM (SELECT e.*, k.half, k.quarter FROM ({by_days}) AS e "
            f"CROSS JOIN {prefix}closeness AS k) AS c) AS d "
            f"WHERE d.days >= {p['pair_days']} AND d.surprise >= {p['pair_surprise_joint']}"
        ),
        keep=True,
    )
    _register_joint(engine, p, prefix)
    engine.register(
        f"{prefix}edge",
        sql=(
            f"SELECT a, b, days, expected, surprise FROM {prefix}loose "
            f"WHERE surprise >= {p['pair_surprise']} UNION ALL "
            f"SELECT l.a, l.b, l.days, l.expected, l.surprise FROM {prefix}loose AS l "
            f"LEFT SEMI JOIN {prefix}joint AS j ON j.a = l.a AND j.b = l.b "
            f"WHERE l.surprise < {p['pair_surprise']}"
        ),
        keep=True,
    )


def _register_pairs(engine: Engine, p: Mapping[str, float], prefix: str, meeting: str, gap: str) -> None:
    """Register `<prefix>pair`: who met on two days or more, and how often within each window."""
    half, quarter = windows(p["window_minutes"])[1:]
    persons, lots = engine.count("network_person"), -(-engine.count(f"{prefix}slot") // PAIR_VISITS)
    # The lower number stands first in a pair, so low numbers have more of them: narrower slices there.
    borders = {round(persons * (1 - (1 - lot / lots) ** 0.5)) for lot in range(lots + 1)}
    parts = []
    for first, last in pairwise(sorted(borders)):
        sides = " UNION ALL ".join(
            f"SELECT x.person AS a, y.person AS b, x.day, {gap} AS gap FROM {prefix}slot AS x "
            f"JOIN {prefix}slot AS y ON y.place = x.place AND y.day = x.day AND y.bucket = x.bucket {offset} "
            f"WHERE x.person > {first} AND x.person <= {last} AND x.person < y.person AND {meeting}"
            for offset in ("- 1", "+ 0", "+ 1")
        )
        parts.append(f"{prefix}pair_after_{first}")
        engine.register(
            parts[-1],
            sql=(
                "SELECT m.a, m.b, COUNT(*) AS meetings, "
                f"SUM(CASE WHEN m.gap <= {half} THEN 1 ELSE 0 END) AS half_meetings, "
                f"SUM(CASE WHEN m.gap <= {quarter} THEN 1 ELSE 0 END) AS quarter_meetings "
                f"FROM ({sides}) AS m GROUP BY m.a, m.b "
                f"HAVING COUNT(*) >= {p['pair_days']} AND MIN(m.day) < MAX(m.day)"
            ),
            keep=True,
        )
    engine.register(f"{prefix}pair", sql=" UNION ALL ".join(f"SELECT * FROM {part}" for part in parts))


def windows(widest: float) -> tuple[int, int, int]:
    """The window and two closer ones: cards swiped by one hand are nearer to each other than a queue."""
    return int(widest), int(widest) // 2, int(widest) // 4


def _register_joint(engine: Engine, p: Mapping[str, float], prefix: str) -> None:
    """Pairs that were with a third person on the same two days: three who meet again outdo three pairs.

    Pairs of more days are edges by themselves; leaving them out keeps a dialysis shift from being squared.
    """
    engine.register(
        f"{prefix}rare_meeting",
        sql=(
            f"SELECT DISTINCT m.a, m.b, m.place, m.day FROM {prefix}meeting AS m JOIN {prefix}loose AS l "
            f"ON l.a = m.a AND l.b = m.b WHERE l.days <= {2 * int(p['pair_days'])}"
        ),
        keep=True,
    )
    engine.register(
        f"{prefix}twice",
        sql=(
            "SELECT x.a, x.b, x.place AS place_1, x.day AS day_1, y.place AS place_2, y.day AS day_2 "
            f"FROM {prefix}rare_meeting AS x JOIN {prefix}rare_meeting AS y ON y.a = x.a AND y.b = x.b "
            "WHERE x.day < y.day"
        ),
        keep=True,
    )
    engine.register(
        f"{prefix}joint",
        sql=(
            f"SELECT DISTINCT t.a, t.b FROM {prefix}twice AS t JOIN (SELECT place_1, day_1, place_2, day_2 "
            f"FROM {prefix}twice GROUP BY place_1, day_1, place_2, day_2 HAVING COUNT(*) >= 3) AS g "
            "ON g.place_1 = t.place_1 AND g.day_1 = t.day_1 AND g.place_2 = t.place_2 AND g.day_2 = t.day_2"
        ),
        keep=True,
    )


def surprise(count: str, expected: str) -> str:
    """SQL for −log10 of an upper bound of the Poisson tail P(N ≥ count | expected), at most 60, six decimals.

    P(N ≥ n) ≤ e^−λ λ^n / n! × (n+1) / (n+1−λ) for λ < n + 1, with n! by Stirling's series.
    """
    n, mean = f"as_number({count})", f"greater_of({expected}, 0.000001e0)"
    log_factorial = (
        f"times({n}, natural_log({n})) - {n} + times(0.5e0, natural_log(times(6.283185307179586e0, {n}))) "
        f"+ safe_ratio(1, times(12, {n}))"
    )
    log_tail = (
        f"times({n}, natural_log({mean})) - {mean} - ({log_factorial}) "
        f"+ natural_log(safe_ratio({n} + 1, {n} + 1 - {mean}))"
    )
    return (
        f"CASE WHEN {mean} >= {n} THEN 0e0 ELSE "
        f"round_to(smaller_of(60e0, times(-0.4342944819032518e0, {log_tail})), 6) END"
    )


def _register_slots(engine: Engine, p: Mapping[str, float], visits: str, slot: str) -> None:
    near = ", ".join(
        "COUNT(*) OVER (PARTITION BY v.place, v.day ORDER BY v.minute "
        f"RANGE BETWEEN {width} PRECEDING AND {width} FOLLOWING) - 1 AS {name}"
        for name, width in zip(
            ("near", "near_half", "near_quarter"), windows(p["window_minutes"]), strict=True
        )
    )
    # turn: the order in which the place served people that day; bucket: `neighbours` of them.
    engine.register(
        slot,
        sql=(
            "SELECT t.person, t.place, t.day, t.weekday, t.hour, t.minute, t.turn, "
            "t.near, t.near_half, t.near_quarter, "
            f"round_down(safe_ratio(t.turn, {p['neighbours']})) AS bucket "
            "FROM (SELECT v.person, v.place, v.day, v.weekday, v.hour, v.minute, "
            "ROW_NUMBER() OVER (PARTITION BY v.place, v.day ORDER BY v.minute, v.person) AS turn, "
            f"{near} FROM {visits} AS v) AS t"
        ),
        keep=True,
    )


def _register_opportunity(engine: Engine, p: Mapping[str, float], prefix: str) -> None:
    """Per person and place: visits, and the summed chance (ppb) that another visit is near one of them."""
    slot = f"{prefix}slot"
    crowd = 2 * p["neighbours"]
    # Of a place: how often two of its visits are near each other. Counted, not estimated from pairs.
    engine.register(
        f"{prefix}place_rate",
        sql=(
            "SELECT r.place, i.wide_peers, i.near_peers, r.visits, r.near, "
            "safe_ratio(r.near, times(r.visits, r.visits - 1)) AS rate "
            f"FROM (SELECT place, COUNT(*) AS visits, SUM(smaller_of(near, {crowd})) AS near "
            f"FROM {slot} GROUP BY place) AS r "
            "JOIN network_institution AS i ON i.place = r.place WHERE r.visits >= 30"
        ),
        keep=True,
    )
    # Of the visits near one, how many are nearer still: the most bunched kind of institution speaks for all.
    engine.register(
        f"{prefix}closeness",
        sql=(
            "SELECT COALESCE(MAX(c.half), 0.6e0) AS half, COALESCE(MAX(c.quarter), 0.35e0) AS quarter "
            "FROM (SELECT i.wide_peers, safe_ratio(SUM(s.near_half), SUM(s.near)) AS half, "
            f"safe_ratio(SUM(s.near_quarter), SUM(s.near)) AS quarter FROM {slot} AS s "
            "JOIN network_institution AS i ON i.place = s.place GROUP BY i.wide_peers "
            "HAVING SUM(s.near) >= 1000) AS c"
        ),
        keep=True,
    )
    # The median of the *other* institutions of the peer group (leave-own-out), by rank arithmetic.
    levels = []
    for order, peers in enumerate(("near_peers", "wide_peers", "'all'")):
        group = peers if peers.startswith("'") else f"r.{peers}"
        levels.append(
            f"SELECT r.place, {order} AS level, {group} AS peers, r.rate, "
            f"ROW_NUMBER() OVER (PARTITION BY {group} ORDER BY r.rate, r.place) AS nth, "
            f"COUNT(*) OVER (PARTITION BY {group}) AS n FROM {prefix}place_rate AS r"
        )
    engine.register(f"{prefix}rate_rank", sql=" UNION ALL ".join(levels))
    engine.register(
        f"{prefix}peer_rate",
        sql=(
            "SELECT c.place, c.rate FROM (SELECT own.place, other.rate, "
            "ROW_NUMBER() OVER (PARTITION BY own.place ORDER BY own.level) AS choice "
            "FROM (SELECT k.*, round_up(safe_ratio(k.n - 1, 2)) AS middle "
            f"FROM {prefix}rate_rank AS k) AS own JOIN {prefix}rate_rank AS other "
            "ON other.level = own.level AND other.peers = own.peers "
            "AND other.nth = own.middle + CASE WHEN own.nth <= own.middle THEN 1 ELSE 0 END "
            f"WHERE own.n > {p['peers_least']} OR own.level = 2) AS c WHERE c.choice = 1"
        ),
        keep=True,
    )
    # How the week is shaped at institutions of that kind: a Monday morning meets more people.
    engine.register(
        f"{prefix}week_shape",
        sql=(
            "SELECT c.wide_peers, c.weekday, c.hour, smaller_of(4e0, greater_of(0.25e0, "
            "safe_ratio(times(c.near, g.chances), times(c.chances, g.near)))) AS shape "
            "FROM (SELECT i.wide_peers, s.weekday, s.hour, "
            f"SUM(smaller_of(s.near, {crowd})) AS near, SUM(i.visits - 1) AS chances "
            f"FROM {slot} AS s JOIN {prefix}place_rate AS i ON i.place = s.place "
            "GROUP BY i.wide_peers, s.weekday, s.hour) AS c "
            "JOIN (SELECT wide_peers, SUM(near) AS near, SUM(as_whole(times(visits, visits - 1))) AS chances "
            f"FROM {prefix}place_rate GROUP BY wide_peers) AS g ON g.wide_peers = c.wide_peers "
            "WHERE g.near > 0 AND c.chances > 0"
        ),
    )
    # More at once than any ring is a crowd: on a vaccination day everybody meets everybody.
    engine.register(
        f"{prefix}opportunity",
        sql=(
            "SELECT s.person, s.place, COUNT(*) AS visits, "
            f"SUM(round_up(times({PPB}, greater_of(times(COALESCE(r.rate, d.rate, "
            f"safe_ratio(1, {p['days']})), COALESCE(w.shape, 1e0)), "
            f"safe_ratio(smaller_of(s.near, {crowd}) - {p['crowd_near']}, t.visits))))) AS rate "
            f"FROM {slot} AS s JOIN network_institution AS i ON i.place = s.place "
            f"JOIN (SELECT place, COUNT(*) AS visits FROM {slot} GROUP BY place) AS t ON t.place = s.place "
            f"LEFT JOIN {prefix}peer_rate AS r ON r.place = s.place "
            f"LEFT JOIN {prefix}week_shape AS w ON w.wide_peers = i.wide_peers "
            "AND w.weekday = s.weekday AND w.hour = s.hour "
            f"CROSS JOIN (SELECT MAX(rate) AS rate FROM {prefix}peer_rate) AS d "
            "GROUP BY s.person, s.place"
        ),
        keep=True,
    )


def register_strata(engine: Engine, visits: str) -> None:
    """Register `visit_stratum`: numbered visits with the stratum inside which times may be exchanged.

    The stratum is weekday × hour at the place. An hour with visits on fewer than eight days would deal a
    ring to itself again: it is mixed with its whole weekday, and that with the whole week.
    """
    engine.register(
        "visit_stratum",
        sql=(
            "SELECT n.person, n.place, n.day, n.weekday, n.hour, n.minute, "
            "CASE WHEN n.days_of_hour >= 8 THEN concat_text(n.weekday, '/', n.hour) "
            "WHEN n.days_of_weekday >= 8 THEN as_text(n.weekday) ELSE '' END AS stratum "
            "FROM ( "
            "SELECT v.*, "
            "SUM(v.first_of_hour) OVER (PARTITION BY v.place, v.weekday, v.hour) AS days_of_hour, "
            "SUM(v.first_of_day) OVER (PARTITION BY v.place, v.weekday) AS days_of_weekday "
            "FROM ( "
            "SELECT w.*, "
            "CASE WHEN ROW_NUMBER() OVER "
            "(PARTITION BY w.place, w.weekday, w.hour, w.day ORDER BY w.person) = 1 "
            "THEN 1 ELSE 0 END AS first_of_hour, "
            "CASE WHEN ROW_NUMBER() OVER (PARTITION BY w.place, w.weekday, w.day ORDER BY w.person) = 1 "
            "THEN 1 ELSE 0 END AS first_of_day "
            f"FROM {visits} AS w "
            ") AS v "
            ") AS n "
        ),
        keep=True,
    )


def register_permuted(engine: Engine, replica: int) -> None:
    """Register `visit_permuted`: inside its stratum (`visit_stratum`) every visit exchanges day and minute.

    Who goes where, how often, on which weekday and hour stays; only who meets whom is left to chance. The
    order comes from a hash: the same on every run and engine.
    """
    stratum = "PARTITION BY v.place, v.stratum"
    engine.register(
        "visit_permuted",
        sql=(
            "SELECT x.person, x.place, y.day, y.weekday, y.hour, MIN(y.minute) AS minute "
            f"FROM (SELECT v.person, v.place, v.stratum, ROW_NUMBER() OVER ({stratum} "
            f"ORDER BY text_hash({replica}, v.person, v.place, v.day), v.person, v.day) AS nth "
            "FROM visit_stratum AS v) AS x "
            "JOIN (SELECT v.place, v.stratum, v.day, v.weekday, v.hour, v.minute, ROW_NUMBER() OVER "
            f"({stratum} ORDER BY v.day, v.minute, v.person) AS nth FROM visit_stratum AS v) AS y "
            "ON y.place = x.place AND y.stratum = x.stratum AND y.nth = x.nth "
            "GROUP BY x.person, x.place, y.day, y.weekday, y.hour"
        ),
        keep=True,
    )
