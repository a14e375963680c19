# SPDX-License-Identifier: Apache-2.0
"""Line plots as self-contained SVG, in light and dark, using the standard library alone.

A figure is a row of panels under one legend. A panel has two axes, linear or logarithmic, paths and marks. Paths are
told apart by colour (Okabe and Ito's palette, safe for the colour-blind) and by their dashes.
"""
import math
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #333 }
  .title { font-weight: 600; font-size: 13px }
  .frame { fill: none; stroke: #999 }
  .grid { stroke: #ddd; fill: none }
  .level { stroke: #bbb; fill: none; stroke-width: 0.8 }
  .path { fill: none; stroke-width: 2; stroke-linejoin: round }
  .mark { stroke-width: 1.6 }
  .plain { stroke: #777; stroke-width: 1.5 } .local { stroke: #d55e00; stroke-dasharray: 7 3 } .quasi { stroke: #0072b2 }
  .nesterov { stroke: #009e73; stroke-dasharray: 2 2 } .forgetful { stroke: #cc79a7; stroke-dasharray: 9 3 2 3 }
  .place { stroke: #333; fill: #333 } .hollow { fill: none; stroke: #333 }
  @media (prefers-color-scheme: dark) {
    text { fill: #ddd } .grid { stroke: #333 } .level { stroke: #555 } .frame { stroke: #777 }
    .plain { stroke: #aaa } .local { stroke: #ff8c42 } .quasi { stroke: #56b4e9 } .nesterov { stroke: #2fcf9e }
    .forgetful { stroke: #e6a3c8 } .place { stroke: #ddd; fill: #ddd } .hollow { stroke: #ddd }
  }
"""
MARGIN = {"left": 62, "right": 16, "top": 34, "bottom": 46}
LEGEND_HEIGHT = 30
MINUS = "\u2212"
SEEN = 1.0  # points nearer to the last one are left out, in pixels


@dataclass
class Axis:
    label: str
    low: float
    high: float
    logarithmic: bool = False

    def place(self, value):
        """0 at the low end, 1 at the high one."""
        if self.logarithmic:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def ticks(self):
        if self.logarithmic:
            first, last = math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9)
            step = max(1, math.ceil((last - first) / 7))
            return [10.0**power for power in range(first, last + 1, step)]
        step = 10 ** math.floor(math.log10((self.high - self.low) / 4))
        step *= next(factor for factor in (1, 2, 5, 10) if (self.high - self.low) / (step * factor) <= 6)
        first = math.ceil(self.low / step - 1e-9)
        return [k * step for k in range(first, math.floor(self.high / step + 1e-9) + 1)]

    def text(self, tick):
        if not self.logarithmic:
            return f"{tick:.6g}".replace("-", MINUS)
        power = round(math.log10(tick))
        if self.low >= 1e-3 and self.high <= 1e4:
            return f"{tick:g}"
        return f'10<tspan dy="-5" font-size="9">{power}</tspan>'.replace(">-", ">" + MINUS)


@dataclass
class Panel:
    title: str
    x: Axis
    y: Axis
    paths: list = field(default_factory=list)  # (class, points)
    marks: list = field(default_factory=list)  # (class, "dot" or "ring" or "cross", point, text)
    width: int = 440
    height: int = 320

    def add(self, style, points):
        self.paths.append((style, points))

    def mark(self, style, shape, point, text=""):
        self.marks.append((style, shape, point, text))


def square(panel_width, x, y):
    """The height at which a unit has the same length on both axes."""
    inner = panel_width - MARGIN["left"] - MARGIN["right"]
    return round(inner * (y.high - y.low) / (x.high - x.low)) + MARGIN["top"] + MARGIN["bottom"]


def _thin(places):
    """The points that are visibly distinct, and the last one."""
    kept = places[:1]
    for place in places[1:]:
        if math.dist(place, kept[-1]) >= SEEN:
            kept.append(place)
    return kept if kept[-1:] == places[-1:] else kept + places[-1:]


class _Canvas:
    def __init__(self, panel, left, top):
        self.panel, self.left, self.top = panel, left + MARGIN["left"], top + MARGIN["top"]
        self.width = panel.width - MARGIN["left"] - MARGIN["right"]
        self.height = panel.height - MARGIN["top"] - MARGIN["bottom"]
        self.lines = []

    def at(self, point):
        return (self.left + self.panel.x.place(point[0]) * self.width,
                self.top + (1 - self.panel.y.place(point[1])) * self.height)

    def axes(self, clip):
        right, bottom = self.left + self.width, self.top + self.height
        for tick in self.panel.x.ticks():
            x = self.left + self.panel.x.place(tick) * self.width
            self.lines.append(f'<path class="grid" d="M{x:.1f} {self.top}V{bottom}"/>')
            self.lines.append(f'<text x="{x:.1f}" y="{bottom + 17}" text-anchor="middle">{self.panel.x.text(tick)}</text>')
        for tick in self.panel.y.ticks():
            y = self.top + (1 - self.panel.y.place(tick)) * self.height
            self.lines.append(f'<path class="grid" d="M{self.left} {y:.1f}H{right}"/>')
            self.lines.append(f'<text x="{self.left - 8}" y="{y + 4:.1f}" text-anchor="end">{self.panel.y.text(tick)}</text>')
        middle = self.top + self.height / 2
        self.lines += [
            f'<text x="{self.left + self.width / 2:.0f}" y="{bottom + 38}" text-anchor="middle">{escape(self.panel.x.label)}</text>',
            f'<text transform="translate({self.left - 46} {middle:.0f}) rotate(-90)" text-anchor="middle">'
            f"{escape(self.panel.y.label)}</text>",
            f'<text class="title" x="{self.left}" y="{self.top - 12}">{escape(self.panel.title)}</text>',
            f'<clipPath id="{clip}"><rect x="{self.left}" y="{self.top}" width="{self.width}" height="{self.height}"/></clipPath>',
            f'<rect class="frame" x="{self.left}" y="{self.top}" width="{self.width}" height="{self.height}"/>',
        ]

    def paths(self, clip):
        self.lines.append(f'<g clip-path="url(#{clip})">')
        for style, points in self.panel.paths:
            seen = [point for point in points if not self.panel.y.logarithmic or point[1] > 0]
            places = _thin([self.at(point) for point in seen])
            drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
            self.lines.append(f'<polyline class="{style}" points="{drawn}"/>')
        self.lines.append("</g>")

    def mark(self, style, shape, point, text):
        x, y = self.at(point)
        if shape == "cross":
            self.lines.append(f'<path class="mark {style}" d="M{x - 5:.1f} {y:.1f}h10m-5 -5v10"/>')
        else:
            radius = 2.6 if shape == "ring" else 4
            fill = "none" if shape == "ring" else "currentColor"
            self.lines.append(f'<circle class="mark {style}" cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="{fill}"/>')
        if text:
            self.lines.append(f'<text x="{x + 8:.1f}" y="{y - 7:.1f}">{escape(text)}</text>')


def _legend(entries):
    lines, x = [], MARGIN["left"]
    for style, label in entries:
        lines.append(f'<path class="path {style}" d="M{x} 18h30"/><text x="{x + 36}" y="22">{escape(label)}</text>')
        x += 60 + 7 * len(label)
    return lines


def figure(description, panels, legend):
    """The text of an SVG file. legend: (class, label) of every kind of path."""
    width, height = sum(panel.width for panel in panels), max(panel.height for panel in panels) + LEGEND_HEIGHT
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">',
        f"<title>{escape(description)}</title>",
        f"<style>{STYLE}</style>",
        *_legend(legend),
    ]
    left = 0
    for number, panel in enumerate(panels):
        canvas = _Canvas(panel, left, LEGEND_HEIGHT)
        canvas.axes(f"inside{number}")
        canvas.paths(f"inside{number}")
        for mark in panel.marks:
            canvas.mark(*mark)
        lines += canvas.lines
        left += panel.width
    return "\n".join(lines + ["</svg>"]) + "\n"
