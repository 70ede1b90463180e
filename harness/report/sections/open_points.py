"""The points that the paper leaves open, and what was taken for them."""

from collections.abc import Callable

from harness.report.numbers.groups import Results
from harness.report.sections.layout import Table, plain_table
from harness.spec import RunSpec
from harness.text import Missing, clean, counted, listed

_MOST_NAMED = 3
_OPEN_POINTS: tuple[tuple[str, str, Callable[[RunSpec], object]], ...] = (
    ("which images", "5,000 of MNIST", lambda spec: f"the first {spec.data.n_images:,} of {spec.data.name}'s training file"),
    ("test images", "a fifth of the 5,000", lambda spec: f"{spec.data.test}, split seed {spec.data.split_seed}, the same for all seeds"),
    ("pixel scaling", "not said", lambda spec: spec.data.pixel_scaling),
    ("batch size", "not said", lambda spec: spec.training.batch_size),
    ("padding", "not said", lambda spec: spec.model.padding),
    ("pooling kernel", "stride 2; kernel not said", lambda spec: spec.model.pool_kernel),
    ("dropout rate", "2-D dropout; rate not said", lambda spec: spec.model.dropout),
    ("weight initialisation", "not said", lambda spec: spec.model.initialization),
    ("logit scale", "not said", lambda spec: f"{spec.model.logit_scale:g} × p(0) into cross-entropy"),
    ("shift rule", "Eq. (9), without the factor 1/2", lambda spec: spec.training.shift_rule),
    ("shifts of dead angles", "all evaluated", lambda spec: "left out" if spec.training.skip_dead_angles else "evaluated"),
    ("torch device", "not said", lambda spec: spec.training.torch_device),
)  # fmt: skip


def open_points(results: Results) -> Table:
    """Return each point with what the paper says of it and the value used here."""
    rows = []
    for name, published, value in _OPEN_POINTS:
        users: dict[str, list[str]] = {}
        for group in results.groups:
            users.setdefault(clean(value(group.first.spec)), []).append(group.label)
        values = list(users)
        if len(values) > 1:
            values = [f"{text} ({_users(labels)})" for text, labels in users.items()]
        rows.append([name, published, "; ".join(values) or Missing("no runs")])
    caption = (
        "What the paper leaves open, and what was taken for it. The column 'Here' is our choice; the column 'The paper' is "
        "what the paper says."
    )
    return plain_table("settings", caption, ["Setting", "The paper", "Here"], rows)


def _users(labels: list[str]) -> str:
    return listed(labels) if len(labels) <= _MOST_NAMED else counted(len(labels), "head")
