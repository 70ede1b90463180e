"""Short names of heads, for tables and figures that have no room for whole labels."""

import dataclasses
from collections.abc import Iterable, Mapping

LONGEST = 32
_END = 11  # characters of the end that are kept: what tells labels of one family apart is often there


@dataclasses.dataclass(frozen=True)
class Names:
    """The labels of a report and their short names.

    Attributes:
        cut: The short name of each label that is longer than ``LONGEST``.
    """

    cut: Mapping[str, str]

    def short(self, label: str) -> str:
        """Return the name of a label where there is little room; it is the label itself where that is short."""
        return self.cut.get(label, label)


def names_of(labels: Iterable[str]) -> Names:
    """Return short names: the beginning and the end of a long label, unique among all labels."""
    known = list(dict.fromkeys(labels))
    taken = {label for label in known if len(label) <= LONGEST}
    cut: dict[str, str] = {}
    for label in known:
        if label in taken:
            continue
        name, number = _cut(label, ""), 2
        while name in taken:
            name, number = _cut(label, f" ({number})"), number + 1
        taken.add(name)
        cut[label] = name
    return Names(cut)


def _cut(label: str, suffix: str) -> str:
    kept = LONGEST - 1 - len(suffix)
    return f"{label[: kept - _END].rstrip()}…{label[-_END:].lstrip()}{suffix}"
