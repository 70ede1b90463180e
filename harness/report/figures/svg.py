"""matplotlib figures as inline SVG with the page's fonts and colours (light and dark) and with ids of their own."""

import dataclasses
import io
import re
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

# Placeholders for the page's CSS variables: matplotlib writes these colours, and ``_themed`` replaces them.
INK, MUTED, RULE, PAPER, ACCENT, WARM = (f"#0a00{number:02x}" for number in range(6))
SERIES = tuple(f"#0b00{number:02x}" for number in range(1, 7))
DASHES: tuple[tuple[float, ...], ...] = ((), (3, 1.5), (1, 1.2), (5, 1.5, 1, 1.5))
"""Dash patterns, in widths of the line; the page's legend draws the same."""
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
_ALLOWED = {"svg", "g", "path", "use", "defs", "clipPath", "rect", "text", "tspan", "image"}
_TEXTS = {"text", "tspan", "title"}
_MARK = "qhb-mark"
_GEOMETRY = {"d", "x", "y", "transform"}
_LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}")  # a hundredth of a point is finer than any screen
_REFERENCE = re.compile(r"url\(#([^)]+)\)")


@dataclasses.dataclass(frozen=True)
class Part:
    """A part of a figure that a reader can show and hide, with its line in the legend.

    Attributes:
        name: Class of its elements in the SVG.
        label: Text of the legend, whole.
        color: Number of the colour, from 1.
        dash: Number of the dash pattern, from 0.
        shown: Whether it is shown at first.
    """

    name: str
    label: str
    color: int
    dash: int
    shown: bool


@dataclasses.dataclass(frozen=True)
class Drawing:
    """A figure of the page: its name, inline SVG, caption, and the parts that can be shown and hidden."""

    name: str
    svg: str
    caption: str
    parts: tuple[Part, ...] = ()


def mark(artist: Artist, *, title: str = "", part: str = "") -> None:
    """Give an element of a figure the text that is shown where the mouse rests on it, or the name of its ``Part``."""
    artist.set_gid(f"{_MARK} {part} {title}")


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


def drawing(figure: Figure, *, name: str, alt: str, caption: str, parts: Sequence[Part] = ()) -> Drawing:
    """Return a figure as inline SVG; call it inside ``canvas``.

    Args:
        figure: A figure of ``canvas``.
        name: Prefix of all ids; unique on the page.
        alt: The figure in words, for screen readers.
        caption: Printed below.
        parts: What can be shown and hidden.
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
    natural = f"{width / 72 * 96:.0f}"  # pixels
    root.attrib = {"viewBox": root.get("viewBox", ""), "width": natural, "role": "img", "aria-label": alt}
    return Drawing(name, ET.tostring(root, encoding="unicode", short_empty_elements=False), caption, tuple(parts))


def _tidy(root: ET.Element, name: str) -> None:
    """Drop namespaces, metadata and style sheets, which would apply to the whole page; prefix ids with the figure's name.

    Styles become attributes: the page's policy allows no style attribute.
    """
    for parent in list(root.iter()):
        for child in list(parent):
            child.tag = child.tag.rpartition("}")[2]
            if child.tag not in _ALLOWED:
                parent.remove(child)
    root.tag = "svg"
    used = {value.removeprefix("#") for node in root.iter() for key, value in node.items() if key.endswith("href")}
    used |= {found for node in root.iter() for value in node.attrib.values() for found in _REFERENCE.findall(value)}
    for node in list(root.iter()):
        marked = node.get("id", "")
        node.attrib = {
            key.rpartition("}")[2]: _themed(key, value, name)
            for key, value in node.items()
            if key != "style" and (key != "id" or value in used)
        } | _styled(node.get("style", ""), name)
        node.tail = None
        if node.tag not in _TEXTS:
            node.text = None
        if marked.startswith(_MARK):
            _apply_mark(node, *marked.split(" ", 2)[1:])


def _apply_mark(node: ET.Element, part: str, title: str) -> None:
    if part:
        node.set("class", part)
    if title:
        ET.SubElement(node, "title").text = title
        node[:] = [node[-1], *node[:-1]]  # browsers show the first child alone


def _styled(style: str, name: str) -> dict[str, str]:
    """Return the declarations of a style attribute as attributes, in the page's colours and without fonts."""
    found = {}
    for declaration in filter(None, map(str.strip, style.split(";"))):
        key, _, value = (part.strip() for part in declaration.partition(":"))
        if key == "font":
            key, value = "font-size", value.split()[0]
        if key in ("font-family", "white-space"):
            continue
        for color, variable in _VARIABLES.items():
            value = value.replace(color, f"var(--{variable})")
        found[key] = _REFERENCE.sub(rf"url(#{name}-\1)", value)
    return found


def _themed(key: str, value: str, name: str) -> str:
    if key == "id":
        return f"{name}-{value}"
    if key.endswith("href"):
        is_image = value.startswith("data:image/png;base64,")  # matplotlib breaks its lines
        return "".join(value.split()) if is_image else f"#{name}-{value.removeprefix('#')}"
    if key in _GEOMETRY:
        return _LONG_NUMBER.sub(lambda found: f"{float(found[0]):.2f}".rstrip("0").rstrip("."), " ".join(value.split()))
    return _REFERENCE.sub(rf"url(#{name}-\1)", value)
