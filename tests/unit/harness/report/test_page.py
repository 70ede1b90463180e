"""The page as a document: real runs, hostile texts, and the cases with little or nothing to show."""

import base64
import hashlib
import html.parser
import importlib.metadata
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from unit.harness.report.example_records import record

import harness.report
from harness.errors import MissingExtraError
from harness.plan.comparison import Declared, Pair
from harness.records.record import RunRecord
from harness.report import write_report
from harness.spec import DataSpec, Run, RunSpec, TrainingSpec
from harness.training.perform import perform

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</script></style></svg></title>",
    "{{7*7}} {% raw %} $\\frac{",
    "a|b `c` [d](javascript:alert(1)) \x1b[31m\x00\u202e",
    "=cmd()|' /C calc'!A0",
    "",
    "x" * 3000,
)
FILES = {"index.html", "report.md", "verdicts.csv", "comparison.csv", "classes.csv", "epochs.csv"}
SMALL = {"data": DataSpec(n_images=100, official_images=0), "training": TrainingSpec(epochs=2)}


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> list[RunRecord]:
    """Return real runs: two seeds of linear, a quantum head, a slice with its weights, a diverged run and a failed one."""
    folder = tmp_path_factory.mktemp("weights")

    def made(label: str, run_id: str, **spec: object) -> RunRecord:
        run = Run(run_id, label, RunSpec(**{**SMALL, **spec}))
        return perform(run, attempt=1, weights_of=lambda name: folder / f"{name}.safetensors")

    eq7 = {"head": "statevector", "circuit": "eq7", "shots": 1000}
    return [
        made("linear", "1" * 64, head="linear"),
        made("linear", "2" * 64, head="linear", seed=1),
        made("eq7", "3" * 64, **eq7),
        made("slice", "4" * 64, **eq7, training=TrainingSpec(max_steps=1), weights_from="3" * 64),
        made("too fast", "5" * 64, head="linear", training=TrainingSpec(learning_rate=1e30)),
        made("no such weights", "6" * 64, **eq7, weights_from="7" * 64),
    ]


class Tags(html.parser.HTMLParser):
    """Collects the elements and the texts of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element."""
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Keep a text."""
        self.text += data


def page_of(records: Sequence[RunRecord], folder: Path, title: str = "A title") -> Tags:
    """Write a report, check what must hold for every report, and return its page."""
    path = write_report(records, folder, title=title, command="qhb run")
    assert {file.name for file in folder.iterdir()} == FILES
    text = path.read_text(encoding="utf-8")
    page = Tags(text)
    ids = [attrs["id"] for _, attrs in page.found if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert not re.search(
        r"\b(nan|inf|None)\b", page.text.replace("None. There is no record", "").replace("is nan at", "")
    )
    assert len(text) < 3_000_000
    return page


def test_the_first_screen_says_what_was_run_and_what_was_not(records: list[RunRecord], tmp_path: Path) -> None:
    """It lists full training, slices and the source of their weights, and every run that is not ok, with its reason."""
    text = " ".join(page_of(records, tmp_path).text.split())
    assert "6 runs of 5 configurations: 4 ok, 1 failed, 1 diverged." in text
    assert "linear: 2 seeds, mean accuracy" in text
    assert "slice: a slice of 1 step, run for its cost; weights transferred from eq7, seed 0: accuracy" in text
    assert "too fast, seed 0: DivergedError: the loss is" in text
    assert "no such weights, seed 0: StoreError: weights" in text
    assert "Not the paper's protocol (64 / 16 / 20 images, 2 epochs" in text
    assert "Not declared before the runs: exploratory." in text
    assert re.search(
        r"Descriptive\. eq7 against linear: [+-]\d+\.\d\d points \(1 seed x 20 images\): descriptive only", text
    )


def test_a_run_that_went_on_from_a_checkpoint_is_named(records: list[RunRecord], tmp_path: Path) -> None:
    """The first screen names the run, the step, and the run's notes."""
    resumed = records[0].model_copy(update={"resumed_at": 120, "notes": ["a damaged checkpoint was passed over"]})
    text = page_of([resumed, *records[1:]], tmp_path).text

    assert "went on from a checkpoint at step 120" in text
    assert "a damaged checkpoint was passed over" in text


def test_the_page_needs_nothing_and_runs_its_own_script_alone(records: list[RunRecord], tmp_path: Path) -> None:
    """The page is one file that loads nothing; its policy names the digests of its style and its script, and allows no other."""
    page = page_of(records, tmp_path)
    tags = [tag for tag, _ in page.found]
    assert not {*tags} & {"img", "iframe", "object", "embed", "form", "base", "foreignobject"}
    assert (tags.count("script"), tags.count("style")) == (1, 1)
    text = (tmp_path / "index.html").read_text(encoding="utf-8")
    policy = next(attrs["content"] for _, attrs in page.found if attrs.get("http-equiv") == "Content-Security-Policy")
    digests = [
        base64.b64encode(
            hashlib.sha256(text.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0].encode()).digest()
        ).decode()
        for tag in ("script", "style")
    ]
    assert policy == (
        f"default-src 'none'; script-src 'sha256-{digests[0]}'; style-src 'sha256-{digests[1]}'; img-src data:; base-uri 'none'; "
        "form-action 'none'"
    )
    for _, attrs in page.found:
        assert not [name for name in attrs if name.startswith("on") or name == "style"]
        for name in ("href", "src"):
            assert (attrs.get(name) or "#").startswith(("#", "data:,", "data:image/png;base64,"))


def test_tables_and_figures_can_be_read_by_a_screen_reader(records: list[RunRecord], tmp_path: Path) -> None:
    """Every table has a caption and scoped headings, and every figure a description in words."""
    page = page_of(records, tmp_path)
    count = [tag for tag, _ in page.found].count
    assert count("table") == count("caption") > 4
    assert all("scope" in attrs for tag, attrs in page.found if tag == "th")
    assert count("svg") >= 5
    drawings = [attrs for tag, attrs in page.found if tag == "svg" and attrs.get("class") != "swatch"]
    assert len(drawings) == count("figure")
    assert all(attrs["role"] == "img" and attrs["aria-label"] for attrs in drawings)
    assert all(attrs["aria-hidden"] for _, attrs in page.found if attrs.get("class") == "swatch")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_texts_are_shown_and_change_nothing(records: list[RunRecord], tmp_path: Path, hostile: str) -> None:
    """A label, a title or an error message adds no element and no attribute; Markdown and CSV stay what they are."""
    failure = records[4].failure.model_copy(
        update={"kind": hostile, "message": hostile, "traceback": hostile, "log_tail": [hostile]}
    )
    plain_failure = failure.model_copy(
        update=dict.fromkeys(("kind", "message", "traceback"), "x") | {"log_tail": ["x"]}
    )

    def relabelled(label: str, reason: object) -> list[RunRecord]:
        renamed = [record.model_copy(update={"label": f"{label}{n // 2}"}) for n, record in enumerate(records)]
        renamed[4] = renamed[4].model_copy(update={"failure": reason})
        return renamed

    # as long as the hostile label: a long one has a short name, which is an element more
    harmless = page_of(relabelled("x" * len(hostile), plain_failure), tmp_path / "harmless", title="x")
    page = page_of(relabelled(hostile, failure), tmp_path / "hostile", title=hostile)
    shape = [(tag, sorted(attrs)) for tag, attrs in harmless.found]
    assert [(tag, sorted(attrs)) for tag, attrs in page.found] == shape
    if "{{" in hostile:
        assert "{{7*7}}" in page.text
    markdown = (tmp_path / "hostile" / "report.md").read_text(encoding="utf-8")
    outside_code = re.sub(r"^(`{3,}).*?^\1$", "", markdown, flags=re.S | re.M)
    assert not re.search(r"<script|<img|\x1b|\x00|\u202e", outside_code)
    rows = {len(re.findall(r"(?<!\\)\|", line)) for line in outside_code.splitlines() if line.startswith("| ")}
    plain = (tmp_path / "harmless" / "report.md").read_text(encoding="utf-8")
    assert rows == {line.count("|") for line in plain.splitlines() if line.startswith("| ")}


@pytest.mark.parametrize("chosen", [[], [0], [2], [3], [4, 5], [0, 4], [2, 3]], ids=str)
def test_a_report_of_little_or_nothing(records: list[RunRecord], tmp_path: Path, chosen: list[int]) -> None:
    """With no records, one run, a slice alone or failures alone the page says so and shows no placeholder."""
    page = page_of([records[index] for index in chosen], tmp_path)
    if not chosen:
        assert "There is no record to report on" in page.text
    if chosen == [3]:
        assert "run 333333333333 (not in this report)" in page.text


def test_the_same_records_give_the_same_bytes(records: list[RunRecord], tmp_path: Path) -> None:
    """The report does not depend on the clock, on memory addresses or on earlier drawings."""
    for folder in ("a", "b"):
        write_report(records, tmp_path / folder, title="t")
    for name in FILES:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


def test_missing_packages_are_named_with_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without the extra there is one clear error and nothing is written."""
    monkeypatch.setattr(harness.report, "_PACKAGES", ("jinja2", "no_such_package"))
    with pytest.raises(
        MissingExtraError, match=r"no_such_package, not installed: pip install 'quantum-head-bench\[report\]'"
    ):
        write_report([], tmp_path / "x", title="t")
    assert not (tmp_path / "x").exists()


def test_importing_the_report_imports_none_of_its_packages() -> None:
    """``import harness.report`` works where the extra is not installed."""
    code = "import sys, harness.report; print(*{'jinja2', 'matplotlib', 'pandas'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == ""


def test_attempts_that_no_longer_count_are_shown(records: list[RunRecord], tmp_path: Path) -> None:
    """A failure before a later attempt, and a record that was started over: in "Every run" and in "Not ok", in no number."""
    again = records[0].model_copy(update={"attempt": 2})
    failed = records[4].model_copy(update={"run_id": again.run_id, "label": "linear", "spec": again.spec})
    anew = records[5].model_copy(update={"run_id": "8" * 64, "label": "started over"})
    write_report([again, *records[1:3]], tmp_path, title="t", earlier=[failed, anew])

    for name in ("index.html", "report.md"):
        text = " ".join(Tags((tmp_path / name).read_text(encoding="utf-8")).text.split())
        assert "3 runs of 2 configurations: 3 ok." in text, name
        assert "2 earlier attempts no longer count" in text, name
        assert "linear, seed 0, attempt 1, replaced by attempt 2: DivergedError: the loss is" in text, name
        assert "started over, seed 0, attempt 1, no longer counts: StoreError: weights" in text, name
        assert text.count("attempt 1, replaced by attempt 2") == 2, name
    assert "started over" not in (tmp_path / "comparison.csv").read_text(encoding="utf-8")


def test_earlier_attempts_alone_are_told_from_nothing(records: list[RunRecord], tmp_path: Path) -> None:
    """After --fresh and before the first new record the page has no numbers, but says that there were runs."""
    write_report([], tmp_path, title="t", earlier=[records[0]])
    text = Tags((tmp_path / "index.html").read_text(encoding="utf-8")).text
    assert "There is no record to report on. 1 earlier attempt no longer counts." in " ".join(text.split())


def test_labels_of_the_latest_plan_are_shown(records: list[RunRecord], tmp_path: Path) -> None:
    """A label that was changed in the plan changes in the report, without a run being made again."""
    write_report(records, tmp_path, title="t", labels={"1" * 64: "renamed", "2" * 64: "renamed"})
    text = Tags((tmp_path / "index.html").read_text(encoding="utf-8")).text
    assert "renamed: 2 seeds, mean accuracy" in text
    assert "linear: 2 seeds" not in text


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_declared_label_without_a_run_is_text(tmp_path: Path, hostile: str) -> None:
    """A plan file from elsewhere may declare any label and any time; both are shown and change nothing."""
    declared = Declared(pairs=[Pair(ours=hostile, theirs="linear")], margin_pp=0.5, declared_at=hostile)
    page = Tags(write_report([], tmp_path, title="t", declared=declared).read_text(encoding="utf-8"))
    tags = [tag for tag, _ in page.found]
    assert tags.count("script") == 1
    assert "img" not in tags
    assert "No verdict." in page.text
    assert "against linear: there is no run of" in " ".join(page.text.split())
    markdown = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert not re.search(r"<script|<img|\x1b|\x00|\u202e", markdown)


def test_the_open_points_say_whose_each_column_is(records: list[RunRecord], tmp_path: Path) -> None:
    """The paper's own words are not called ours."""
    write_report(records, tmp_path, title="t")
    text = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "The column 'Here' is our choice; the column 'The paper' is what the paper says." in text
    assert "Every value in this table is ours" not in text


def test_a_page_of_an_older_program_is_replaced(records: list[RunRecord], tmp_path: Path) -> None:
    """Whatever an earlier version left there is written again; the page says which version wrote it."""
    (tmp_path / "index.html").write_text("an older page", encoding="utf-8")
    page = page_of(records[:1], tmp_path)
    generator = next(attrs["content"] for _, attrs in page.found if attrs.get("name") == "generator")
    assert generator == f"quantum-head-bench {importlib.metadata.version('quantum-head-bench')}"


def test_an_unfinished_study_says_so_first(records: list[RunRecord], tmp_path: Path) -> None:
    """Planned runs without a record are counted on the first screen, in both pages."""
    write_report(records[:2], tmp_path, title="t", labels=dict.fromkeys(("1" * 64, "2" * 64, "9" * 64), "linear"))
    for name in ("index.html", "report.md"):
        text = " ".join(Tags((tmp_path / name).read_text(encoding="utf-8")).text.split())
        assert "This study is not finished: 1 of 3 planned runs, of 1 head, have no record yet." in text, name


def test_the_report_of_many_heads_stays_small(tmp_path: Path) -> None:
    """With 200 heads the page is below 3 MB, and says of how many it shows the settings."""
    many = [record(f"s{shots} {'x' * 40}", spec={"shots": shots}) for shots in range(1, 201)]
    page = write_report(many, tmp_path, title="t")
    assert page.stat().st_size < 3_000_000
    assert "The first 100 of 200 heads" in page.read_text(encoding="utf-8")
