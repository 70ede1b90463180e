"""The fenced blocks of a document, and what a comment above a block says of it.

``<!-- file: NAME -->`` writes the block to a file of that name. ``<!-- not run: REASON -->`` leaves it out. A ``console`` block is
run: lines that begin with ``$ `` are commands, the lines below one are its output, and ``...`` stands for any text.
``<!-- numbers: REASON -->`` compares all but the numbers of the output. All blocks of a document run in one folder, in order; its
``python`` blocks are one program.
"""

import dataclasses
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(
    r"^(?:<!-- (?P<mark>[^\n]*) -->\n)?```(?P<language>\{?[\w-]*\}?)[^\n]*\n(?P<text>.*?)^```", re.DOTALL | re.MULTILINE
)
SHOWN = {"mermaid", "diff", "text", "{toctree}", "{include}", "{literalinclude}", "{eval-rst}", "{click}"}
"""Languages of blocks that are neither commands nor files."""


@dataclasses.dataclass(frozen=True)
class Block:
    """A fenced block of a document.

    Attributes:
        document: Path of the document, from the root.
        language: Its language; empty if it names none.
        text: Its content.
        mark: Of the comment above it; empty if there is none.
    """

    document: str
    language: str
    text: str
    mark: str

    @property
    def is_generated(self) -> bool:
        """Whether a script of docs/figures writes the block between marks; a test of that script compares it."""
        return bool(self.mark) and ": " not in self.mark

    def after(self, word: str) -> str | None:
        """Return what follows a word in the mark, "file: x.toml" -> "x.toml"; None where the mark has another word."""
        return self.mark.removeprefix(f"{word}: ") if self.mark.startswith(f"{word}: ") else None


@dataclasses.dataclass(frozen=True)
class Command:
    """A command of a console block, and the output that the document shows."""

    line: str
    output: str


def blocks(document: str) -> list[Block]:
    """Return the fenced blocks of a document, in order."""
    text = (ROOT / document).read_text(encoding="utf-8")
    return [Block(document, one["language"], one["text"], one["mark"] or "") for one in _BLOCK.finditer(text)]


def commands(block: Block) -> list[Command]:
    """Return the commands of a console block.

    Raises:
        ValueError: the block begins with something else than a command.
    """
    first, *parts = re.split(r"^\$ ", block.text, flags=re.MULTILINE)
    if first:
        raise ValueError(f"{block.document}: expected a line that begins with '$ ', got {first.splitlines()[0]!r}")
    return [Command(line, output) for line, _, output in (part.partition("\n") for part in parts)]
