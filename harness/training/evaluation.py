"""The test images, classified with trained weights."""

from harness.data.split import SampleTensors
from harness.records.packed import pack
from harness.records.record import Evaluation
from harness.training.metrics import class_scores, confusion_matrix, macro
from harness.training.model import Classifier
from harness.training.timing import Clock
from harness.training.train import classify


def evaluate(
    classifier: Classifier, test: SampleTensors, clock: Clock, *, n_classes: int, weights_from: str | None
) -> Evaluation:
    """Classify the test images and return the scores.

    Args:
        classifier: With the weights to use.
        test: The images.
        clock: Counts the seconds, as phase "evaluation".
        n_classes: Of the data set.
        weights_from: Id of the run that trained the weights; None: this one.
    """
    started = clock.now()
    with clock.phase("evaluation"):
        found = classify(classifier, test)
    labels = test.labels.cpu().numpy()
    confusion = confusion_matrix(labels, found.predictions, n_classes=n_classes)
    scores = class_scores(confusion)
    return Evaluation(
        weights_from=weights_from,
        n_images=len(found.predictions),
        accuracy=found.accuracy,
        loss=found.loss,
        macro_precision=macro([score.precision for score in scores]),
        macro_recall=macro([score.recall for score in scores]),
        macro_f1=macro([score.f1 for score in scores]),
        classes=scores,
        confusion=confusion.tolist(),
        predictions=pack(found.predictions),
        labels=pack(labels, beside=found.predictions),
        seconds=clock.now() - started,
        circuit_evaluations=found.tally.forward.executed,
        shots=found.tally.forward.shots,
    )
