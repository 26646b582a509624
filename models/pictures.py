"""Plots of a training as SVG text: calibration, precision at k, funnel. No drawing library is needed."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

WIDTH, HEIGHT, EDGE = 480, 320, 40
COLOURS = ("#888888", "#b03a2e", "#1f618d")


def calibration(scores: Mapping[str, Array], confirmed: Array, bins: int = 10) -> str:
    """Mean probability against confirmed share, in bins of equal size; the diagonal is perfect."""
    lines = {"perfect": np.array([[0.0, 0.0], [1.0, 1.0]])}
    for name, score in scores.items():
        parts = [p for p in np.array_split(np.argsort(score, kind="stable"), bins) if len(p)]
        lines[name] = np.array([[score[p].mean(), confirmed[p].mean()] for p in parts])
    return _chart("calibration: p_confirm, confirmed share", lines, 1.0, 1.0)


def precision(scores: Mapping[str, Array], confirmed: Array) -> str:
    """Confirmed share of the first k, for every k."""
    n = len(confirmed)
    k = np.arange(1, n + 1)
    lines = {
        name: np.column_stack([k, np.cumsum(confirmed[np.argsort(-score, kind="stable")]) / k])
        for name, score in scores.items()
    }
    return _chart("precision at k", lines, float(max(n, 1)), 1.0)


def funnel(expected: Array, observed: Array) -> str:
    """Observed ÷ expected against expected (log), one dot per measure that a night told of."""
    kept = (expected > 0) & (observed > 0)
    x, y = np.log10(1 + expected[kept]), np.minimum(observed[kept] / expected[kept], 10.0)
    dots = "".join(
        f'<circle cx="{_x(a, max(x.max(), 1)):.1f}" cy="{_y(b, 10):.1f}" r="2" fill="{COLOURS[2]}"/>'
        for a, b in zip(x, y, strict=True)
    )
    return _frame("funnel: log10(1 + expected), observed ÷ expected (cut at 10)", dots)


def _chart(title: str, lines: Mapping[str, Array], most_x: float, most_y: float) -> str:
    drawn = []
    for nth, (name, points) in enumerate(lines.items()):
        path = " ".join(f"{_x(a, most_x):.1f},{_y(b, most_y):.1f}" for a, b in points)
        colour = COLOURS[nth % len(COLOURS)]
        drawn.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        drawn.append(f'<text x="{WIDTH - 120}" y="{EDGE + 16 * nth}" fill="{colour}">{name}</text>')
    return _frame(title, "".join(drawn))


def _frame(title: str, inside: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">'
        f'<rect x="{EDGE}" y="{EDGE}" width="{WIDTH - 2 * EDGE}" height="{HEIGHT - 2 * EDGE}" fill="none" stroke="#cccccc"/>'
        f'<text x="{EDGE}" y="{EDGE - 12}">{title}</text>{inside}</svg>\n'
    )


def _x(value: float, most: float) -> float:
    return EDGE + (WIDTH - 2 * EDGE) * float(value) / most


def _y(value: float, most: float) -> float:
    return HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * float(value) / most
