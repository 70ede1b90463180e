"""What is told of an exported classifier: facts.json, README.md, and what ``qhb surrogate`` prints."""

import pydantic

from harness.text import clean, counted, listed, markdown


class _Part(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Difference(_Part):
    """How far the exported function is from the head.

    Attributes:
        n_samples: Test samples, or sets of random angles.
        largest: The largest difference of a probability.
        allowed: What is allowed for that one.
    """

    n_samples: int
    largest: float
    allowed: float


class Facts(_Part):
    """The content of facts.json.

    Attributes:
        run_id, label, seed: Of the run.
        head, circuit, options: As in its plan.
        shots: Of the run; the function gives the probabilities that these are drawn from.
        noisy: Whether the noise of a device is in the function.
        formulas: Of each output, for each circuit where circuits differ in their weights; None where none is short.
        n_circuits, n_inputs, n_terms: Of the function.
        dead_inputs: Names of the inputs on which nothing depends.
        evaluations: Circuit evaluations from which the function was read.
        compared_with: What the differences are from.
        test_samples, random_angles: These differences.
        class_scores: The largest difference of a class score, from samples on, in single precision.
        n_same_class: Test samples to which the program gives the class that the run recorded; None without a record.
        accuracy, recorded_accuracy: Of the program and of the run, on the test samples.
        weights_from: The run that trained the weights.
        versions: Of the packages that made this.
    """

    run_id: str
    label: str
    seed: int
    head: str
    circuit: str
    options: dict[str, pydantic.JsonValue]
    shots: int | None
    noisy: bool
    formulas: list[str | None]
    n_circuits: int
    n_inputs: int
    n_terms: int
    dead_inputs: list[str]
    evaluations: int
    compared_with: str
    test_samples: Difference
    random_angles: Difference
    class_scores: float
    accuracy: float
    recorded_accuracy: float | None
    n_same_class: int | None
    weights_from: str
    versions: dict[str, str]


def sentences(facts: Facts) -> list[str]:
    """Return what is to be known of an exported classifier, a sentence or two in each item; not escaped."""
    shots = "exact" if facts.shots is None else f"{facts.shots} shots"
    options = "".join(f", {name} = {value}" for name, value in facts.options.items())
    return [
        f"Run {facts.run_id[:12]}, {facts.label}, seed {facts.seed}: head {facts.head}, circuit {facts.circuit}, {shots}{options}.",
        *_function(facts),
        f"Largest difference of a probability from {facts.compared_with}: {facts.test_samples.largest:.2g} on "
        f"{counted(facts.test_samples.n_samples, 'test sample')}, {facts.random_angles.largest:.2g} at "
        f"{counted(facts.random_angles.n_samples, 'set')} of random angles.",
        f"Class scores of the test samples differ from the classifier's by at most {facts.class_scores:.2g}.",
        _accuracy(facts),
    ]


def readme(facts: Facts) -> str:
    """Return README.md as Markdown."""
    lines = "".join(f"- {markdown(sentence)}\n" for sentence in sentences(facts))
    return (
        "# A trained classifier without its circuit\n\n"
        "classifier.py needs NumPy, torch and safetensors. `python classifier.py samples.npy` prints the class of each "
        "sample; in Python, `Classifier()(samples)` returns the class scores. Samples are as in the data set. The weights and the "
        "function are in classifier.safetensors, and facts.json has what follows as data.\n\n" + lines
    )


def _function(facts: Facts) -> list[str]:
    noise = ", the noise of the device included" if facts.noisy else ""
    size = f"{counted(facts.n_terms, 'product')} of cosines and sines of {counted(facts.n_inputs, 'input')}, constant included"
    found = [
        f"The head is exactly this classical function{noise}: a sum of {size}, for each of its {facts.n_circuits} circuits."
    ]
    known = [formula for formula in facts.formulas if formula is not None]
    if len(known) == len(facts.formulas) == 1:
        found = [f"The head is exactly this classical function{noise}: p(0) = {known[0]}{_rounded(known[0])}."]
    elif known:
        found += [f"p(0) = {formula}{_rounded(formula)}." for formula in dict.fromkeys(known)]
    if facts.dead_inputs:
        found.append(f"It does not depend on {listed(list(facts.dead_inputs))}.")
    if facts.shots is not None:
        found.append(f"It gives the probabilities from which the head draws its {facts.shots} shots.")
    return found


def _rounded(formula: str) -> str:
    return " (numbers with 6 digits)" if "." in formula else ""


def _accuracy(facts: Facts) -> str:
    text = f"Accuracy on the test samples: {facts.accuracy:.4f}"
    if facts.recorded_accuracy is None or facts.n_same_class is None:
        return f"{text}."
    n_samples = facts.test_samples.n_samples
    return f"{text}; the run recorded {facts.recorded_accuracy:.4f}. The same class for {facts.n_same_class} of {n_samples} samples."


def plain(facts: Facts) -> list[str]:
    """Return the sentences as ``qhb surrogate`` prints them."""
    return [clean(sentence) for sentence in sentences(facts)]
