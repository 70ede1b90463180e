"""The first screen: the verdicts in their order, how the runs ended, and what is missing."""

from unit.harness.report.example_records import LINEAR, failing, record, study

from harness.plan.comparison import Declared, Pair
from harness.report.numbers.grouping import grouped
from harness.report.numbers.verdicts import verdicts
from harness.report.sections.first_screen import MAX_LEADING, FirstScreen, first_screen

RECORDS = [
    *study("linear", 6, 0.8, spec=LINEAR),
    *study("better", 6, 0.9),
    *study("few", 2, 0.8, spec={"shots": 10}),
    *study("lost", 5, 0.81, spec={"shots": 20}),
    failing("lost", seed=5, spec={"shots": 20}),
    failing("failed", spec={"shots": 30}),
]


def declared(*pairs: tuple[str, str]) -> Declared:
    return Declared(pairs=[Pair(ours=ours, theirs=theirs) for ours, theirs in pairs], margin_pp=0.5, declared_at="2025")


def screen_of(*pairs: tuple[str, str]) -> FirstScreen:
    results = grouped(RECORDS)
    return first_screen(results, "Declared.", verdicts(results, declared(*pairs)), ["Explained."])


def test_a_sentence_for_each_comparison() -> None:
    """The verdict comes first; failed runs and refusals are told; what is open says what would settle it."""
    pairs = [(ours, "linear") for ours in ("better", "few", "lost", "failed")]
    found = verdicts(grouped(RECORDS), declared(*pairs))
    screen = screen_of(*pairs)
    assert [line.word for line in screen.leading] == ["Better", "Descriptive", "Inconclusive", "No verdict"]
    assert [line.settled for line in screen.leading] == [True, False, False, False]
    assert [line.sentence for line in screen.leading] == [verdict.sentence for verdict in found]
    assert screen.leading[2].more.startswith("With the failed runs at chance accuracy: ")
    assert [line.partition(":")[0] for line in screen.next_study] == ["few against linear", "lost against linear"]
    assert "seeds" in screen.next_study[1]
    assert screen.tally == "4 comparisons: 1 better, 1 inconclusive, 1 descriptive, 1 no verdict."
    assert screen.others == []


def test_of_many_comparisons_those_of_the_papers_head_lead() -> None:
    """Seven are read first: those of the paper's head, settled ones before open ones, then the others in the order of the plan."""
    others = [("few", "linear"), ("lost", "linear"), ("lost", "few"), ("few", "lost")]
    screen = screen_of(*others, ("better", "few"), ("better", "linear"), ("better", "lost"), ("linear", "lost"))
    sentences = [line.sentence.partition(":")[0] for line in (*screen.leading, *screen.others)]
    assert sentences == [
        "better against linear", "better against few", "better against lost",
        *(f"{ours} against {theirs}" for ours, theirs in others), "linear against lost",
    ]  # fmt: skip
    assert [line.settled for line in screen.leading] == [True, *[False] * 6]
    assert len(screen.leading) == MAX_LEADING


def test_it_says_how_the_runs_ended() -> None:
    """Every status is counted."""
    assert screen_of().runs == ["21 runs of 5 configurations: 19 ok, 2 diverged."]
    assert screen_of().tally == "No two heads were compared."


def test_a_study_that_is_not_finished_says_so() -> None:
    """The latest plan has runs without a record: their number, and of how many heads."""
    records = [record("a"), record("a", seed=1)]
    labels = {"a-0": "a", "a-1": "a"}
    finished = first_screen(grouped(records, (), labels), "", (), [])
    unfinished = first_screen(grouped(records, (), labels | {"b-0": "b", "b-1": "b", "a-2": "a"}), "", (), [])
    assert finished.unfinished == ""
    assert unfinished.unfinished == (
        "This study is not finished: 3 of 5 planned runs, of 2 heads, have no record yet. Numbers and verdicts are of the runs "
        "that ended, and will change."
    )
