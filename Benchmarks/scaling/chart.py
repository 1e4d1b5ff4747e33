"""Draw efficiency over the number of hosts as an SVG that follows light and dark mode."""

import math
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 860, 420
LEFT, RIGHT, TOP, BOTTOM = 64, 290, 64, 52

STYLE = """
svg { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; font-size: 13px;
  --paper: #ffffff; --ink: #1f2328; --faint: #59636e; --line: #d8dee4; --first: #d9480f; --second: #2f5d8a; }
@media (prefers-color-scheme: dark) { svg {
  --paper: #0d1117; --ink: #e6edf3; --faint: #9198a1; --line: #30363d; --first: #ff7a33; --second: #6fa3e0; } }
text { fill: var(--ink); }
.title { font-size: 17px; font-weight: 600; }
.faint { fill: var(--faint); }
.middle { text-anchor: middle; }
.end { text-anchor: end; }
.grid { stroke: var(--line); }
.curve { fill: none; stroke-width: 2.5; }
.strong { stroke-dasharray: 7 5; }
"""
COLOURS = ["var(--first)", "var(--second)"]


@dataclass
class Series:
    workload: str
    # Such as "weak, 512 rows a host".
    kind: str
    # The efficiency on each number of hosts.
    values: list[float]


def svg(hosts: list[int], series: list[Series], bandwidth: float, latency: float, threads: int) -> str:
    workloads = list(dict.fromkeys(one.workload for one in series))
    most = math.log2(max(2, *hosts))

    def x(count: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * math.log2(count) / most

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / top

    top = max(1.0, *(value for one in series for value in one.values))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img">',
        "<title>Efficiency of training on several hosts</title>", f"<style>{STYLE}</style>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="8" style="fill: var(--paper)"/>',
        text(16, 30, "Efficiency of training on several hosts, computed", "title"),
        text(16, 50, f"{threads} threads a host, links of {bandwidth / 1e9:g} Gbit/s and {latency * 1e6:g} µs", "faint")]
    for step in range(int(top * 4) + 1):
        at = y(step / 4)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}" class="grid"/>')
        parts.append(text(LEFT - 8, at + 4, f"{step / 4:.0%}", "faint end"))
    for count in hosts:
        parts.append(text(x(count), HEIGHT - BOTTOM + 20, f"{count:,}", "faint middle"))
    parts.append(text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, "hosts", "faint middle"))
    ends = spread([y(one.values[-1]) for one in series], 18)
    for one, end in zip(series, ends):
        colour = COLOURS[workloads.index(one.workload) % len(COLOURS)]
        kind = "strong" if one.kind.startswith("strong") else "weak"
        points = " ".join(f"{x(count):.1f},{y(value):.1f}" for count, value in zip(hosts, one.values))
        parts.append(f'<polyline points="{points}" class="curve {kind}" style="stroke: {colour}"/>')
        parts.append(text(WIDTH - RIGHT + 10, end + 4, f"{one.workload}: {one.kind}", style=f"fill: {colour}"))
    return "\n".join([*parts, "</svg>"]) + "\n"


def spread(places: list[float], least: float) -> list[float]:
    """Moves places down as far as they need to have a distance."""
    moved = dict.fromkeys(range(len(places)), 0.0)
    last = -math.inf
    for index in sorted(moved, key=lambda index: places[index]):
        last = moved[index] = max(places[index], last + least)
    over = max(0.0, last - (HEIGHT - BOTTOM))
    return [moved[index] - over for index in range(len(places))]


def text(x: float, y: float, content: str, kind: str = "", style: str = "") -> str:
    look = (f' class="{kind}"' if kind else "") + (f' style="{style}"' if style else "")
    return f'<text x="{x:.1f}" y="{y:.1f}"{look}>{escape(content)}</text>'
