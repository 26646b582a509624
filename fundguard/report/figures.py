"""Plots as inline SVG: the money funnel, histograms, institutions against peers, a ring and its calendar.

Colours and sizes of text stand in the page's style sheet (classes), so that print and screen agree.
Every text is there twice, Chinese and English; the page shows one of them.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from markupsafe import Markup, escape

from fundguard.casework.words import ROLES, Words, count, cut, share, short_id, short_yuan, words_of
from fundguard.report.distributions import AMOUNT_EDGES, Funnel
from fundguard.report.money import Money

PERSONS_DRAWN = 40


def label(x: float, y: float, said: Words | str, css: str = "", anchor: str = "start") -> str:
    """A text in both languages (a plain string once)."""
    at = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    if isinstance(said, str):
        return f'<text {at} class="{css}">{escape(said)}</text>'
    return f'<text {at} class="zh {css}">{escape(said.zh)}</text><text {at} class="en {css}">{escape(said.en)}</text>'


def picture(width: int, height: int, parts: Sequence[str], title: Words) -> Markup:
    """An SVG that scales to its column, with a title for those who do not see it."""
    # Drawn from numbers and escaped texts only.
    return Markup(
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title.zh)} {escape(title.en)}">'
        + "".join(parts)
        + "</svg>"
    )


def money_funnel(money: Money) -> Markup:
    """Five bars on two scales: what was settled and judged, and, enlarged, what was hit and led to leads."""
    wide = [
        (Words("结算总费用", "Settled"), money.settled, Words(f"{count(money.n_settled)} 次结算", f"{count(money.n_settled)} settlements")),
        (Words("其中基金支付（被判定）", "Paid by the fund: judged"), money.fund, Words(f"占结算 {share(money.fund, money.settled)}", f"{share(money.fund, money.settled)} of settled")),
    ]  # fmt: skip
    close = [
        (Words("规则命中涉及基金（重复计）", "Hit, every rule"), money.hits, Words(f"{count(money.n_hits)} 条，占基金 {share(money.hits, money.fund)}", f"{count(money.n_hits)} hits, {share(money.hits, money.fund)} of the fund's yuan")),
        (Words("逐行只计一次", "Each line once"), money.once, Words(f"{count(money.n_lines_hit)} 行", f"{count(money.n_lines_hit)} lines")),
        (Words("计入线索（一元一主）", "In leads, one owner"), money.in_leads, Words(f"占命中行 {share(money.in_leads, money.once)}", f"{share(money.in_leads, money.once)} of lines hit")),
    ]  # fmt: skip
    left, room, step, parts = 190, 320, 40, []
    y = 8
    for group, rows in (("wide", wide), ("close", close)):
        most = max((float(amount) for _, amount, _ in rows), default=0.0)
        most = most if most > 0 else 1.0
        for said, amount, note in rows:
            length = max(2.0, float(amount) / most * room)
            parts.append(label(left - 10, y + 18, said, "axis", "end"))
            parts.append(
                f'<rect class="bar {group}" x="{left}" y="{y}" width="{length:.1f}" height="26" rx="3"/>'
            )
            # Beside the bar, so that a short bar keeps its number readable.
            parts.append(label(left + length + 10, y + 12, short_yuan(amount), "value"))
            parts.append(label(left + length + 10, y + 25, note, "note"))
            y += step
        if group == "wide":
            sliver = max(float(money.hits), 0.0) / float(max(money.settled, money.fund) or 1) * room
            top, bottom = y - step + 26, y + 14
            parts.append(
                f'<path class="wedge" d="M{left} {top} L{left + max(sliver, 1.5):.1f} {top} '
                f'L{left + room} {bottom} L{left} {bottom} Z"/>'
            )
            parts.append(label(left + 10, bottom - 6, Words("放大", "enlarged"), "note"))
            y = bottom
    return picture(690, y - step + 34, parts, Words("资金漏斗", "money funnel"))


def columns(values: Sequence[int], labels: Sequence[str], title: Words, *, root: bool = False) -> Markup:
    """A histogram; `root` draws heights by square root, so that a tail beside a tall bar is seen."""
    width, height, base = 330, 150, 118
    room = width / max(len(values), 1)
    scaled = [math.sqrt(value) if root else float(value) for value in values]
    most = max(scaled, default=0) or 1.0
    parts = [f'<line class="rule" x1="0" x2="{width}" y1="{base}" y2="{base}"/>']
    for nth, value in enumerate(values):
        tall = scaled[nth] / most * 90
        x = nth * room
        parts.append(
            f'<rect class="bar wide" x="{x + 2:.1f}" y="{base - tall:.1f}" width="{room - 4:.1f}" height="{tall:.1f}" rx="2"/>'
        )
        if value:
            parts.append(label(x + room / 2, base - tall - 4, count(value), "note", "middle"))
        parts.append(label(x + room / 2, base + 14, labels[nth], "tick", "middle"))
    return picture(width, height, parts, title)


def amount_labels() -> list[str]:
    """Where each amount band begins: "0", "10", "30", …, "30k+"."""

    def short(edge: int) -> str:
        return f"{edge // 1000}k" if edge >= 1000 else str(edge)

    edges = [short(edge) for edge in AMOUNT_EDGES]
    return [f"<{edges[0]}", *edges[:-1], f"{edges[-1]}+"]


def peer_funnel(funnel: Funnel) -> Markup:
    """Each institution's mean fund yuan per visit ÷ its peers', against its visits, with chance limits."""
    width, height, left, base, top = 1080, 360, 40, 312, 16
    visits = [point.visits for point in funnel.points]
    low, high = math.log10(max(min(visits), 1)), math.log10(max(visits) * 1.15)
    most = min(max(2.0, *(point.ratio for point in funnel.points)) * 1.06, 6.0)

    def x(n: float) -> float:
        return left + (math.log10(n) - low) / max(high - low, 0.1) * (width - left - 16)

    def y(ratio: float) -> float:
        return base - min(max(ratio, 0.0), most) / most * (base - top)

    parts = []
    for nth in range(int(most) + 1):
        parts.append(f'<line class="grid" x1="{left}" x2="{width}" y1="{y(nth):.1f}" y2="{y(nth):.1f}"/>')
        parts.append(label(left - 8, y(nth) + 4, f"{nth}×", "tick", "end"))
    ticks = [step * 10**power for power in range(int(low), int(high) + 1) for step in (1, 2, 5)]
    for tick in ticks:
        if low <= math.log10(tick) <= high:
            parts.append(label(x(tick), base + 16, count(tick), "tick", "middle"))
    for sigmas, css in ((3, "limit far"), (2, "limit")):
        steps = [10 ** (low + (high - low) * k / 60) for k in range(61)]
        for sign in (1, -1):
            ends = [(n, 1 + sign * funnel.limit(n, sigmas)) for n in steps]
            line = " ".join(f"{x(n):.1f},{y(end):.1f}" for n, end in ends if 0 <= end <= most)
            parts.append(f'<polyline class="{css}" points="{line}"/>')
        said = Words(f"{sigmas}σ", f"{sigmas}σ")
        parts.append(label(width - 2, y(1 + funnel.limit(steps[-1], sigmas)) - 4, said, "tick", "end"))
    parts.append(f'<line class="centre" x1="{left}" x2="{width}" y1="{y(1):.1f}" y2="{y(1):.1f}"/>')
    named = sorted(funnel.points, key=lambda p: (not p.lead, -p.ratio))[:60]
    taken: list[tuple[float, float]] = []
    shown = 0
    for point in sorted(funnel.points, key=lambda p: p.lead):
        css = "dot lead" if point.lead else "dot"
        hint = f"{point.name} {point.ratio:.2f}× n={count(point.visits)}"
        parts.append(
            f'<circle class="{css}" cx="{x(point.visits):.1f}" cy="{y(point.ratio):.1f}" r="{4.2 if point.lead else 3}">'
            f"<title>{escape(hint)}</title></circle>"
        )
    for point in named:
        outside = point.ratio > 1 + funnel.limit(point.visits, 2)
        at = (x(point.visits), y(point.ratio))
        if not outside or shown >= 8 or any(abs(at[0] - a) < 130 and abs(at[1] - b) < 14 for a, b in taken):
            continue
        taken.append(at)
        shown += 1
        anchor = "end" if at[0] > width - 150 else "start"
        parts.append(
            label(at[0] + (-7 if anchor == "end" else 7), at[1] + 4, cut(point.name, 20), "tick name", anchor)
        )
    parts.append(label(left, height - 8, Words("门诊人次（对数）→", "outpatient visits (log) →"), "note"))
    return picture(width, height, parts, Words("次均门诊基金与同类相比", "fund yuan per visit against peers"))


def ring_graph(
    ring: Mapping[str, Any], members: Sequence[Mapping[str, Any]], names: Mapping[str, str]
) -> Markup:
    """Persons on an ellipse, institutions inside; a line's width is the number of joint visits."""
    steps = (ring["path"] or {}).get("steps") or []
    pairs: Counter[tuple[str, str]] = Counter()
    for step in steps:
        pairs.update((person, step.get("institution", "")) for person in step.get("persons", ()))
    persons = [m for m in members if m["party_type"] in ("person", "doctor")]
    drawn = persons[:PERSONS_DRAWN]
    places = [m for m in members if m["party_type"] not in ("person", "doctor")]
    width, height = 430, 330
    cx, cy, wide, tall = width / 2, height / 2, width / 2 - 62, height / 2 - 34
    drawn = sorted(
        drawn, key=lambda m: (_main(m["party_id"], pairs), -float(m["weight"] or 0), m["party_id"])
    )
    at: dict[str, tuple[float, float]] = {}
    for nth, member in enumerate(drawn):
        turn = 2 * math.pi * (nth + 0.5) / max(len(drawn), 1) - math.pi / 2
        at[member["party_id"]] = (cx + wide * math.cos(turn), cy + tall * math.sin(turn))
    for nth, place in enumerate(places):
        around = 2 * math.pi * nth / max(len(places), 1) - math.pi / 2
        far = 0.0 if len(places) == 1 else 0.36
        at[place["party_id"]] = (
            cx + wide * far * math.cos(around),
            cy + tall * far * 1.15 * math.sin(around),
        )
    parts = []
    most = max(pairs.values(), default=1)
    for (who, place_code), times in sorted(pairs.items()):
        if who in at and place_code in at:
            (x1, y1), (x2, y2) = at[who], at[place_code]
            parts.append(
                f'<line class="edge" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
                f'stroke-width="{0.8 + 3.2 * times / most:.1f}"><title>{times}×</title></line>'
            )
    for member in drawn:
        x, y = at[member["party_id"]]
        role = words_of(ROLES, member["role"])
        radius = 6 + 5 * float(member["weight"] or 0)
        css = "person hub" if member["role"] in ("hub", "broker") else "person"
        hint = f"{role.zh} {short_id(member['party_id'], person=True)} {share(member['weight'], 1)}"
        parts.append(
            f'<circle class="{css}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"><title>{escape(hint)}</title></circle>'
        )
        if len(drawn) <= 24:
            side = "start" if x > cx + 8 else "end" if x < cx - 8 else "middle"
            dx = radius + 4 if side == "start" else -radius - 4 if side == "end" else 0
            dy = 4.0 if side != "middle" else (-radius - 5 if y < cy else radius + 13)
            parts.append(label(x + dx, y + dy, short_id(member["party_id"], person=True), "tick", side))
    for place in places:
        x, y = at[place["party_id"]]
        parts.append(f'<rect class="place" x="{x - 10:.1f}" y="{y - 10:.1f}" width="20" height="20" rx="4"/>')
        name = names.get(place["party_id"]) or _step_name(steps, place["party_id"]) or place["party_id"]
        parts.append(label(x, y + 25, cut(name, 24), "tick name", "middle"))
    return picture(width, height, parts, Words("团伙关系图", "ring"))


def ring_calendar(ring: Mapping[str, Any], names: Mapping[str, str]) -> Markup:
    """When the members were together: one dot per joint event, its area the persons there."""
    steps = [step for step in (ring["path"] or {}).get("steps") or [] if step.get("date")]
    places = list(dict.fromkeys(step.get("institution", "") for step in steps))[:6]
    if not steps:
        return Markup()
    days = [date.fromisoformat(step["date"]) for step in steps]
    first, span = min(days), max((max(days) - min(days)).days, 1)
    left, width, row = 4, 1080, 44
    height = row * len(places) + 28
    parts = []
    for nth, place in enumerate(places):
        y = row * nth + 28
        name = names.get(place) or _step_name(steps, place) or place
        parts.append(label(left, y - 14, cut(name, 40), "axis"))
        parts.append(f'<line class="rule" x1="{left}" x2="{width - left}" y1="{y}" y2="{y}"/>')
    for step, day in zip(steps, days, strict=True):
        if step.get("institution", "") not in places:
            continue
        y = row * places.index(step.get("institution", "")) + 28
        x = left + 8 + (day - first).days / span * (width - 2 * left - 16)
        present = len(step.get("persons", ()))
        hint = f"{step['date']} {step.get('time', '')} {present} 人 {step.get('fund_amt', '')} 元"
        parts.append(
            f'<circle class="event" cx="{x:.1f}" cy="{y}" r="{2.5 + 1.6 * math.sqrt(present):.1f}">'
            f"<title>{escape(hint)}</title></circle>"
        )
    parts.append(label(left, height - 2, str(first), "note"))
    parts.append(label(width - left, height - 2, str(max(days)), "note", "end"))
    return picture(width, height, parts, Words("共同到访日历", "calendar of joint visits"))


def reason_width(part: float, parts: Sequence[float]) -> str:
    """Width of a reason's bar in percent of the largest."""
    most = max(parts, default=0.0)
    return f"{part / most * 100:.0f}" if most > 0 else "0"


def percent_of(amount: Decimal | None, most: Decimal | None) -> str:
    """Width of a bar in a table, in percent of the largest."""
    return f"{float(amount or 0) / float(most) * 100:.0f}" if most else "0"


def _main(person: str, pairs: Mapping[tuple[str, str], int]) -> str:
    own = [(-times, place) for (who, place), times in pairs.items() if who == person]
    return min(own)[1] if own else ""


def _step_name(steps: Sequence[Mapping[str, Any]], code: str) -> str:
    return next(
        (
            str(s["institution_name"])
            for s in steps
            if s.get("institution") == code and s.get("institution_name")
        ),
        "",
    )
