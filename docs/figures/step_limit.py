"""How far a classical training step is from the processor's arithmetic: ``python -m docs.figures.step_limit`` prints Markdown.

torch counts the operations, and the rate of the processor is that of its best matrix product; both are measured in this
process, in turn. The script then compares two runs side by side, with one thread each, with one run of two threads.
"""

import argparse
import multiprocessing
import os
import statistics
import time

import click
import torch
from torch.utils.flop_counter import FlopCounterMode

from harness.data.load import load
from harness.data.split import split
from harness.heads import build_head, resolve_head
from harness.spec import RunSpec, TrainingSpec
from harness.training.model import Classifier
from harness.training.timing import Clock
from harness.training.train import train

_SPEC = RunSpec(head="linear")
_STEPS = 200
_SIZES = (256, 512, 1024)  # of the square matrices; the best rate counts


def trained(n_steps, n_threads):
    """Train the linear head and return the seconds of each step."""
    torch.set_num_threads(n_threads)
    images, classifier = _prepared()
    spec = TrainingSpec(max_steps=n_steps)
    return train(classifier, images, spec, seed=0, clock=Clock(), progress=lambda *_: None).step_seconds


def operations():
    """Return the floating-point operations of one step; a multiply-add counts as two."""
    images, classifier = _prepared()
    batch = _SPEC.training.batch_size
    with FlopCounterMode(display=False) as counter:
        logits = classifier(images.training.values[:batch])
        torch.nn.functional.cross_entropy(logits, images.training.labels[:batch]).backward()
    return counter.get_total_flops()


def _prepared():
    dataset = load(_SPEC.data)
    shape, n_classes = dataset.facts.shape, dataset.facts.n_classes
    head = build_head(_SPEC, resolve_head(_SPEC, n_classes=n_classes))
    classifier = Classifier(head, _SPEC.model, shape=shape, n_classes=n_classes, seed=0)
    return split(dataset, _SPEC.data, seed=0), classifier


def rate():
    """Return the operations a second of the fastest matrix product on one thread, single precision."""
    torch.set_num_threads(1)
    found = []
    for size in _SIZES:
        one, other = torch.rand(2, size, size)
        for _ in range(5):
            started = time.perf_counter()
            one @ other
            found.append(2 * size**3 / (time.perf_counter() - started))
    return max(found)


def together(n_processes, n_threads, n_steps):
    """Return the steps a second of all processes together, from their common start to the end of the last one."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(n_processes + 1)
    processes = [context.Process(target=_share, args=(barrier, n_steps, n_threads)) for _ in range(n_processes)]
    for process in processes:
        process.start()
    barrier.wait()
    started = time.perf_counter()
    for process in processes:
        process.join()
    return n_processes * n_steps / (time.perf_counter() - started)


def _share(barrier, n_steps, n_threads):
    trained(10, n_threads)
    barrier.wait()
    trained(n_steps, n_threads)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="default: %(default)s")
    rounds = parser.parse_args().rounds
    click.echo(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the beginning\n")
    n_operations = operations()
    trained(20, 1)
    found = [(n_operations / rate(), statistics.median(trained(_STEPS, 1))) for _ in range(rounds)]
    limit, step = (statistics.median(values) for values in zip(*found, strict=True))
    shares = [one / other for one, other in found]
    click.echo("| operations of a step | at the rate of the best matrix product | step | of the limit |")
    click.echo("|---:|---:|---:|---:|")
    click.echo(
        f"| {n_operations / 1e6:.0f} million | {1e3 * limit:.2f} ms ({n_operations / limit / 1e9:.0f} GFLOP/s) | "
        f"{1e3 * step:.2f} ms | {statistics.median(shares):.0%} ({min(shares):.0%} to {max(shares):.0%}) |"
    )
    side = [(together(2, 1, 2 * _STEPS), together(1, 2, 2 * _STEPS)) for _ in range(rounds)]
    ratios = [two / one for two, one in side]
    click.echo("\n| two runs of a thread each, steps/s | one run of two threads, steps/s | ratio |")
    click.echo("|---:|---:|---:|")
    two, one = (statistics.median(values) for values in zip(*side, strict=True))
    click.echo(f"| {two:.0f} | {one:.0f} | {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}) |")
    click.echo(f"\nMedians of {rounds} rounds, in turn; load {os.getloadavg()[0]:.1f} at the end.")


if __name__ == "__main__":
    main()
