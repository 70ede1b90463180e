"""The gallery: every plan says where it is from, and docs/gallery.md holds what the committed runs found."""

import pytest

from docs.figures import gallery
from harness.plan.plan import load_preset, presets_in

_PLANS = presets_in(gallery.FOLDER)


def test_the_document_is_the_one_of_the_committed_runs():
    """docs/gallery.md is what the command writes."""
    text = gallery.DOCUMENT.read_text(encoding="utf-8")

    assert gallery.with_gallery(text) == text, "python -m docs.figures.gallery"


@pytest.mark.parametrize("name", _PLANS)
def test_a_plan_says_what_it_is_and_compares_with_a_control(name):
    """Source, deviations and control are told; at least five seeds; the first entry is the published head."""
    plan = load_preset(name)
    lines = gallery.described(plan)

    assert name == f"{gallery.FOLDER}/{plan.name}"
    assert [line.split("**")[1] for line in lines[2:]] == ["Source", "Deviates", "Control"]
    assert len(set(plan.seeds)) >= 5
    assert plan.runs[0].circuit
    assert plan.comparison.control in [entry.label for entry in plan.runs if not entry.circuit]


def test_a_description_without_its_parts_is_refused():
    """A plan whose deviations nobody told does not get into the document."""
    plan = load_preset(_PLANS[0])
    with pytest.raises(ValueError, match=r"Source, Deviates, Control, got 'Source: a\. Control: b\.'"):
        gallery.described(plan.model_copy(update={"description": "Source: a. Control: b."}))
