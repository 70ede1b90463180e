"""The paper's Table 1 beside our rows."""

from typing import Any

import pandas as pd

from harness.report import paper
from harness.report.groups import Results
from harness.report.layout import Cell, Notes, Table
from harness.text import Missing


def classes_table(classes: pd.DataFrame, comparison: pd.DataFrame, results: Results) -> Table:
    """Return the paper's Table 1 beside our rows: digits, then accuracy and macro averages."""
    blocks = [paper.LABEL] + [group.label for group in (results.reference, results.linear) if group]
    notes = Notes()
    rows = []
    for digit in range(10):
        cells = [Cell(str(digit), number=False)]
        for label in blocks:
            found = classes[(classes["label"] == label) & (classes["digit"] == digit)].to_dict("records")
            cells += [notes.cell(_score(found[0][name])) for name in ("precision", "recall", "f1")]
        rows.append(cells)
    accuracy, macro = [Cell("Accuracy", number=False)], [Cell("Macro average", number=False)]
    for label in blocks:
        found = comparison[comparison["label"] == label].to_dict("records") if label != paper.LABEL else []
        value = found[0]["accuracy_mean"] if found else paper.ACCURACY
        accuracy += [Cell(""), Cell(""), notes.cell(_score(value))]
        names = ("macro_precision", "macro_recall", "macro_f1")
        macro += [notes.cell(_score(found[0][name] if found else paper.MACRO)) for name in names]
    caption = (
        "Precision (P), recall (R) and F1 by digit, beside the paper's Table 1. The paper's numbers are quoted, of one run; "
        "ours are means over seeds."
    )
    head = ["Digit"] + ["P", "R", "F1"] * len(blocks)
    groups = [("", 1)] + [(label, 3) for label in blocks]
    return Table("classes", caption, head, [*rows, accuracy, macro], notes.lines(), groups, last_rows=2)


def _score(value: Any) -> Cell | Missing:
    return value if isinstance(value, Missing) else Cell(f"{value:.2f}")
