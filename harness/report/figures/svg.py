"""matplotlib figures as inline SVG with the page's fonts and colours (light and dark) and with ids of their own."""

import dataclasses
import io
import re
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

# Placeholders for the page's CSS variables: matplotlib writes these colours, and ``_themed`` replaces them.
INK, MUTED, RULE, PAPER, ACCENT, WARM = (f"#0a00{number:02x}" for number in range(6))
SERIES = tuple(f"#0b00{number:02x}" for number in range(1, 7))
_VARIABLES = {
    **dict(
        zip((INK, MUTED, RULE, PAPER, ACCENT, WARM), ("ink", "muted", "rule", "paper", "accent", "warm"), strict=True)
    ),
    **{color: f"s{number}" for number, color in enumerate(SERIES, 1)},
}
_STYLE: dict[str, Any] = {
    "svg.fonttype": "none", "text.parse_math": False, "font.size": 9.5, "font.family": "DejaVu Sans",
    "text.color": INK, "axes.labelcolor": INK, "axes.edgecolor": MUTED, "xtick.color": MUTED, "ytick.color": MUTED,
    "xtick.labelcolor": INK, "ytick.labelcolor": INK, "axes.linewidth": 0.7, "xtick.major.width": 0.7,
    "ytick.major.width": 0.7, "axes.spines.top": False, "axes.spines.right": False, "axes.facecolor": "none",
    "figure.facecolor": "none", "savefig.facecolor": "none", "grid.color": RULE, "grid.linewidth": 0.6,
    "axes.axisbelow": True, "legend.frameon": False, "axes.titlesize": 9.5, "axes.titlelocation": "left",
    "lines.solid_capstyle": "round",
}  # fmt: skip
_ALLOWED = {"svg", "g", "path", "use", "defs", "clipPath", "rect", "text", "tspan"}
_REFERENCE = re.compile(r"url\(#([^)]+)\)")


@dataclasses.dataclass(frozen=True)
class Drawing:
    """A figure of the page: its name, inline SVG, and caption."""

    name: str
    svg: str
    caption: str


@contextmanager
def canvas(name: str, *, width: float, height: float, constrained: bool = True) -> Iterator[Figure]:
    """Yield an empty figure in the page's style; the same data always gives the same bytes.

    Args:
        name: Of the figure; matplotlib derives its ids from it.
        width: Inches.
        height: Inches.
        constrained: Let matplotlib lay out the axes.
    """
    style: Any = {**_STYLE, "svg.hashsalt": name}  # matplotlib types each key; the names are checked when it reads them
    with mpl.rc_context(style):
        figure = Figure(figsize=(width, height), layout="constrained" if constrained else None)
        FigureCanvasSVG(figure)
        yield figure


def drawing(figure: Figure, *, name: str, alt: str, caption: str) -> Drawing:
    """Return a figure as inline SVG; call it inside ``canvas``.

    Args:
        figure: A figure of ``canvas``.
        name: Prefix of all ids; unique on the page.
        alt: The figure in words, for screen readers.
        caption: Printed below.
    """
    buffer = io.StringIO()
    with warnings.catch_warnings():
        # The browser draws the texts in its own fonts; matplotlib's fonts only measure them.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font", category=UserWarning)
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Type": None, "Format": None})
    text = buffer.getvalue()
    root = ET.fromstring(text[text.index("<svg") :])  # noqa: S314 # matplotlib wrote it; it has no document type here
    width = float(root.get("width", "0pt").removesuffix("pt"))
    _tidy(root, name)
    root.attrib = {
        "viewBox": root.get("viewBox", ""), "role": "img", "aria-label": alt, "style": f"--natural: {width / 72 * 96:.0f}px; max-width: var(--natural)",
    }  # fmt: skip
    return Drawing(name, ET.tostring(root, encoding="unicode", short_empty_elements=False), caption)


def _tidy(root: ET.Element, name: str) -> None:
    """Drop namespaces, metadata and style sheets, which would apply to the whole page; prefix ids with the figure's name."""
    for parent in list(root.iter()):
        for child in list(parent):
            child.tag = child.tag.rpartition("}")[2]
            if child.tag not in _ALLOWED:
                parent.remove(child)
    root.tag = "svg"
    used = {value.removeprefix("#") for node in root.iter() for key, value in node.items() if key.endswith("href")}
    used |= {found for node in root.iter() for value in node.attrib.values() for found in _REFERENCE.findall(value)}
    for node in root.iter():
        node.attrib = {
            key.rpartition("}")[2]: _themed(key, value, name)
            for key, value in node.items()
            if key != "id" or value in used
        }
        node.tail = None
        if node.tag not in ("text", "tspan"):
            node.text = None


def _themed(key: str, value: str, name: str) -> str:
    if key == "id":
        return f"{name}-{value}"
    if key.endswith("href"):
        return f"#{name}-{value.removeprefix('#')}"
    if key == "d":
        return " ".join(value.split())
    value = _REFERENCE.sub(rf"url(#{name}-\1)", value)
    if key == "style":
        value = re.sub(r"font-family: [^;]+;? ?", "", value)
        value = re.sub(r"font: ([\d.]+px) [^;]+", r"font-size: \1", value)
        for color, variable in _VARIABLES.items():
            value = value.replace(color, f"var(--{variable})")
    return value
