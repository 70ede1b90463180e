"""Short names: a long label keeps its beginning and its end, and no two heads have the same name."""

from harness.report.numbers.names import LONGEST, names_of

FAMILY = [f"fake_ibm hardware_efficient(n_qubits=4, n_layers=2) {shots} shots, table" for shots in (100, 1000)]


def test_a_short_label_is_its_name() -> None:
    """Nothing is cut, and a text that is no label is left as it is."""
    names = names_of(["linear", "x" * LONGEST])
    assert names.cut == {}
    assert names.short("linear") == "linear"
    assert names.short("another") == "another"


def test_long_labels_are_cut_and_told_apart() -> None:
    """The end is kept; where two would have the same name, the second is numbered; a name may not be another head's label."""
    names = names_of([*FAMILY, FAMILY[0]])
    assert [names.short(label) for label in FAMILY] == [
        "fake_ibm hardware_ef…hots, table",
        "fake_ibm hardwar…hots, table (2)",
    ]
    assert all(len(name) <= LONGEST for name in names.cut.values())
    taken = names_of([names.short(FAMILY[0]), FAMILY[0]])
    assert taken.short(FAMILY[0]) != names.short(FAMILY[0])
