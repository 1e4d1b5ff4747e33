"""Draw the chart of all CPUs as an SVG that follows light and dark mode.

Each CPU has one panel per precision, with the most threads measured there. A panel has one group of bars per workload.
"""

import math
from html import escape

from summary import Summary, layers, plural, settings, thousands
from tools import TOOLS, Tool

WIDTH, LEFT, RIGHT = 1000, 64, 16
HEAD, NAME = 92, 44  # heights of the title and legend, and of the name of a CPU
PLOT, FOOT = 220, 92  # heights of the bars and of the labels below
TITLE = "Training speed on MNIST"
BAR_GAP, GROUP_GAP = 3, 22
CHARACTER = 6.9  # approximate width of a character in the legend

STYLE = """
svg { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; font-size: 13px;
  --paper: #ffffff; --ink: #1f2328; --faint: #59636e; --line: #d8dee4;
  --fasttrain: #d9480f; --jax: #2f5d8a; --keras: #6fa3c7; --torch: #6b4f8f; --torch-compile: #a994c7;
  --sklearn: #8a9a5b; }
@media (prefers-color-scheme: dark) { svg {
  --paper: #0d1117; --ink: #e6edf3; --faint: #9198a1; --line: #30363d;
  --fasttrain: #ff7a33; --jax: #4a7fb5; --keras: #7fa8c9; --torch: #7d63a8; --torch-compile: #a895cc;
  --sklearn: #8f9f5e; } }
text { fill: var(--ink); }
.title { font-size: 19px; font-weight: 600; }
.faint { fill: var(--faint); }
.cpu { font-size: 16px; font-weight: 600; }
.strong { font-weight: 700; }
.value { font-size: 11px; text-anchor: middle; paint-order: stroke; stroke: var(--paper); stroke-width: 3px; }
.middle { text-anchor: middle; }
.end { text-anchor: end; }
.line { stroke: var(--line); stroke-width: 1; }
.peak { stroke: var(--faint); stroke-width: 1; stroke-dasharray: 5 4; }
"""


def svg(summaries: list[Summary]) -> str:
    height = HEAD + sum(NAME + len(summary.precisions) * (PLOT + FOOT) for summary in summaries)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
        ' role="img">',
        f"<title>{TITLE}</title>",
        f"<style>{STYLE}</style>",
        f'<rect width="{WIDTH}" height="{height}" rx="8" style="fill: var(--paper)"/>',
        text(16, 32, TITLE, "title"),
        text(
            16,
            54,
            "Bars: share of the measured peak. Figures on them: thousand samples/s, median of the rounds. "
            "Below: fasttrain against the best peer.",
            "faint",
        ),
        *legend(summaries),
    ]
    y = HEAD
    for summary in summaries:
        parts.append(text(16, y + 26, summary.results["cpu"], "cpu"))
        y += NAME
        for precision in summary.precisions:
            parts += panel(summary, max(summary.threads), precision, y)
            y += PLOT + FOOT
    return "\n".join([*parts, "</svg>"]) + "\n"


def legend(summaries: list[Summary]) -> list[str]:
    parts, x = [], 16.0
    shown = {tool.name.removesuffix("-bf16") for summary in summaries for tool in summary.tools}
    for tool in TOOLS:
        if tool.name in shown:
            parts.append(f'<rect x="{x:.0f}" y="70" width="12" height="12" rx="2" style="{colour(tool)}"/>')
            parts.append(text(x + 18, 81, tool.title, "" if tool.peer else "strong"))
            x += 40 + CHARACTER * len(tool.title)
    return parts


def panel(summary: Summary, threads: int, precision: str, y: float) -> list[str]:
    """Draw the bars of one number of threads, at distance `y` from the top."""
    parts = []
    tools = summary.of(precision)
    workloads = summary.workloads
    shares = [summary.share(threads, workload, tool) or 0 for workload in workloads for tool in tools]
    top = max(1, math.ceil(max(shares) * 4 + 0.2) / 4)  # leaves room above the highest bar for its figure
    ground = y + PLOT
    scale = (PLOT - 20) / top
    for step in range(int(top * 4) + 1):
        share, at = step / 4, ground - step / 4 * scale
        style = "peak" if share == 1 else "line"
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}" class="{style}"/>')
        parts.append(text(LEFT - 8, at + 4, f"{share:.0%}", "faint end"))
    name = f"{plural(threads, 'thread')}, {precision}{peak(summary, threads, precision)}"
    parts.append(text(LEFT, y + 10, name, "strong"))

    group = (WIDTH - RIGHT - LEFT) / len(workloads)
    bar = min(32, (group - GROUP_GAP) / len(tools) - BAR_GAP)
    used = len(tools) * (bar + BAR_GAP) - BAR_GAP
    for number, workload in enumerate(workloads):
        middle = LEFT + group * (number + 0.5)
        for place, tool in enumerate(tools):
            x = middle - used / 2 + place * (bar + BAR_GAP)
            parts += one_bar(summary, threads, workload, tool, x, bar, ground, scale)
        parts.append(text(middle, ground + 20, layers(workload).replace("-", "–"), "middle strong", group - 6))
        parts.append(text(middle, ground + 38, settings(workload), "middle faint"))
        best = summary.ratio(threads, workload, precision)
        if best:
            parts.append(text(middle, ground + 56, f"fasttrain {best[0]:.2f}× {best[1].title}", "middle"))
    return parts


def peak(summary: Summary, threads: int, precision: str) -> str:
    """Return what the bars are a share of."""
    of, gflops = summary.peak(threads, precision)
    other = "" if of == precision else f"{of} "
    return f", {other}peak {gflops:,.0f} GFLOP/s" if gflops else ""


def one_bar(summary, threads, workload, tool: Tool, x: float, width: float, ground: float, scale: float) -> list[str]:
    rate, share = summary.rate(threads, workload, tool), summary.share(threads, workload, tool)
    emphasis = "" if tool.peer else " strong"
    if not rate or not share:
        return [text(x + width / 2, ground - 4, "–", "value faint")]
    high = share * scale
    label = f"{tool.title}: {thousands(rate)} thousand samples/s, {share:.0%} of the peak"
    return [
        f'<rect x="{x:.1f}" y="{ground - high:.1f}" width="{width:.1f}" height="{high:.1f}" rx="1.5"'
        f' style="{colour(tool)}"><title>{escape(label)}</title></rect>',
        text(x + width / 2, ground - high - 4, thousands(rate), f"value{emphasis}"),
    ]


def colour(tool: Tool) -> str:
    """Return the tools of the legend, each once for both precisions."""
    return f"fill: var(--{tool.name.removesuffix('-bf16')})"


def text(x: float, y: float, content: str, style: str = "", longest: float = 0) -> str:
    """Draw a text. `longest` is the width that it is squeezed into if it might be wider."""
    squeeze = f' textLength="{longest:.0f}" lengthAdjust="spacingAndGlyphs"' if 0 < longest < 7.6 * len(content) else ""
    kind = f' class="{style}"' if style else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{kind}{squeeze}>{escape(content)}</text>'
