"""What handing runs out through Dask costs, and what bounds it: ``python -m docs.figures.scale_out`` prints Markdown tables.

Each line tells the machine's load.
"""

import argparse
import os
import statistics

import click
from distributed import Client, LocalCluster

from docs.figures.simulated_runs import runs_of, seconds_of, sleeping
from harness.execution.cluster.connect import connected
from harness.execution.cluster.dask_executor import DaskExecutor
from harness.execution.local_executor import LocalExecutor

_EACH = 20  # runs for each thread


def row(*cells):
    click.echo(f"| {' | '.join(str(cell) for cell in cells)} |")


def head(*cells):
    click.echo()
    row(*cells)
    row(*["---"] * len(cells))


def load():
    return f"{os.getloadavg()[0]:.1f}"


def empty(record, n_runs):
    click.echo("\nRuns that do nothing, on `local:N`.")
    head("workers", "runs", "runs/s", "client ms of CPU a run", "the same with records on the disk", "load")
    for n_workers, n_here in ((1, n_runs // 10), (2, n_runs // 10), (4, n_runs // 10), (4, n_runs)):
        runs = runs_of(n_here)
        with connected(f"local:{n_workers}") as client:
            executor = sleeping(client, record, 0.0)
            seconds_of(runs[:10], executor)  # workers import what they need
            found = [seconds_of(runs, executor, stored=stored) for stored in (False, True)]
        plain, stored = ((f"{n_here / took.wall:.0f}", f"{1e3 * took.cpu / n_here:.1f}") for took in found)
        row(n_workers, f"{n_here:,}", *plain, " runs/s, ".join(stored) + " ms", load())


def scaling(record, seconds, sizes):
    click.echo(f"\nRuns that sleep {seconds:g} s, {_EACH} for each thread, records on the disk.")
    head("threads", "runs", "wall s", "runs/s", "of the ideal", "client ms of CPU a run", "load")
    for n_threads in sizes:
        n_workers = min(n_threads, 4)
        shape = {"n_workers": n_workers, "threads_per_worker": n_threads // n_workers}
        with LocalCluster(**shape, dashboard_address="127.0.0.1:0", memory_limit=0) as cluster:
            with Client(cluster, set_as_default=False) as client:
                executor = sleeping(client, record, seconds)
                seconds_of(runs_of(n_workers), executor)
                wall, cpu, _ = seconds_of(runs_of(_EACH * n_threads), executor)
        n_runs = _EACH * n_threads
        row(
            n_threads,
            f"{n_runs:,}",
            f"{wall:.1f}",
            f"{n_runs / wall:.0f}",
            f"{_EACH * seconds / wall:.0%}",
            f"{1e3 * cpu / n_runs:.1f}",
            load(),
        )


def real(n_rounds, n_runs):
    click.echo(
        f"\n{n_runs} real runs (linear head, 100 images, one epoch), one at a time, {n_rounds} rounds in turn, medians."
    )
    runs = runs_of(n_runs)
    rounds = []
    with connected("local:1") as client:
        for _ in range(n_rounds):
            executors = (LocalExecutor(), DaskExecutor(client, say=click.echo))
            rounds.append([seconds_of(runs, executor).wall / n_runs for executor in executors])
    head("", "s a run", "load")
    for name, values in zip(("`--jobs 1`", "`--dask local:1`"), zip(*rounds, strict=True), strict=True):
        row(name, f"{statistics.median(values):.2f}", load())
    click.echo(f"\nMedian ratio of the rounds: {statistics.median(dask / here for here, dask in rounds):.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000, help="that do nothing, at most (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="of real runs (default: %(default)s)")
    options = parser.parse_args()
    click.echo(f"{os.cpu_count()} cores, load {load()} at the beginning")
    record = seconds_of(runs_of(1), LocalExecutor()).record
    empty(record, options.runs)
    for seconds in (0.1, 1.0):
        scaling(record, seconds, (1, 4, 16, 64))
    real(options.rounds, 4)


if __name__ == "__main__":
    main()
