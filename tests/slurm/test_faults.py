"""Jobs, clients and clusters on Slurm that end in many ways: no run is lost or made twice, and the bits are those of one machine."""

import os
import signal

import pytest
from faults.helpers import is_alive, wait_for
from slurm.place import N_STEPS, interrupt, made_once, record_files

_SECONDS_A_STEP = 30 / N_STEPS  # of a run that is to be struck in its middle
_TWO_JOBS = ("--jobs", 2, "--cores", 2, "--memory", "1GB")  # each makes one of the slow runs, and the others beside it


def _moved(place):
    """Return the records of runs that lost a worker on their way."""
    return [record for record in place.store.read().records if record.notes]


@pytest.mark.parametrize("how", [(), ("--signal=KILL", "--full")], ids=["scancel", "scancel KILL"])
def test_a_job_is_cancelled(place, undisturbed, how):
    """Its run goes on in another job from its checkpoint, and a new job takes the place of the cancelled one."""
    place.start_cluster(*_TWO_JOBS, seconds_a_job=_SECONDS_A_STEP)
    run = place.start_run()
    place.wait_for_the_middle()
    jobs, kept, processes = place.jobs(), record_files(place), set(place.slow_runs())
    place.do("scancel", *how, jobs[0])

    assert run.wait(900) == 0, place.said()
    assert made_once(place, undisturbed, kept=kept)
    (moved,) = _moved(place)
    assert moved.resumed_at > 0
    assert "while it made this run" in moved.notes[0]
    assert not any(map(is_alive, processes))
    wait_for(lambda: len(place.jobs()) == 2)
    assert jobs[0] not in place.jobs()


def test_the_walltime_comes_on_notice(place, undisturbed):
    """Workers leave before Slurm ends their jobs, new jobs take their places, and runs longer than a job end with the right bits."""
    place.start_cluster(*_TWO_JOBS, "--minutes", 2, seconds_a_job=150 / N_STEPS)
    run = place.start_run()
    place.wait_for_the_middle()
    first = place.jobs()

    assert run.wait(900) == 0, place.said()
    assert made_once(place, undisturbed)
    moved = _moved(place)
    assert len(moved) == 2
    assert all(record.resumed_at > 0 for record in moved)
    assert all("left while it made this run" in note for record in moved for note in record.notes)
    assert not set(first) & set(place.jobs())


def test_the_walltime_kills(place, undisturbed):
    """Slurm ends both jobs at a walltime that their workers do not know of; the runs go on in new jobs."""
    place.start_cluster(*_TWO_JOBS, seconds_a_job=120 / N_STEPS)
    run = place.start_run()
    place.wait_for_the_middle()
    first = place.jobs()
    for job in first:
        place.do("scontrol", "update", f"JobId={job}", "TimeLimit=1")

    assert run.wait(900) == 0, place.said()
    assert made_once(place, undisturbed)
    assert len(_moved(place)) == 2
    for job in first:
        assert "JobState=TIMEOUT" in place.do("scontrol", "show", "job", job)


def test_jobs_wait_in_the_queue(place):
    """The user is told that there is no worker; Ctrl-C ends the command and the cluster, and leaves no job."""
    (node,) = place.do("sinfo", "--noheader", "--format=%n").split()
    place.do("scontrol", "update", f"NodeName={node}", "State=DRAIN", "Reason=test")
    try:
        cluster = place.start_cluster(*_TWO_JOBS)
        run = place.start_run()
        wait_for(lambda: "there is no worker; waiting for one" in place.said())
        wait_for(lambda: len(place.jobs()) == 2)
        assert place.do("squeue", "--noheader", "--format=%t").split() == ["PD", "PD"]
        wait_for(lambda: "cluster: 0 of 2 jobs at work" in place.said())
        assert interrupt(run) == 130, place.said()
        assert not place.store.is_held
        assert not record_files(place)
        assert interrupt(cluster) == 0
        wait_for(lambda: not place.jobs())
    finally:
        place.do("scontrol", "update", f"NodeName={node}", "State=RESUME")
    assert "Traceback" not in place.said()


def test_slurm_refuses_a_job(place):
    """A partition that does not exist ends the recipe, with what Slurm says."""
    command = place.recipe()
    file = place.folder / "cluster.py"
    site = "        # What your site needs: "
    assert site in file.read_text()
    file.write_text(file.read_text().replace(site, '        queue="none",\n' + site))
    cluster = place.start(*command, *_TWO_JOBS)

    assert cluster.wait(60) == 1, place.said()
    assert "invalid partition specified: none" in place.said()
    assert "cluster: Slurm refuses a job; it says why above" in place.said()


def test_the_client_is_killed(place, undisturbed):
    """The jobs stop its runs; the next client finishes the plan from the checkpoints, on the same jobs."""
    place.start_cluster(*_TWO_JOBS, seconds_a_job=_SECONDS_A_STEP)
    client = place.start_run()
    place.wait_for_the_middle()
    jobs, kept, processes = place.jobs(), record_files(place), set(place.slow_runs())
    client.kill()
    client.wait()
    wait_for(lambda: not any(map(is_alive, processes)))
    again = place.start_run()

    assert again.wait(900) == 0, place.said()
    assert made_once(place, undisturbed, kept=kept)
    assert all(record.resumed_at > 0 for record in place.store.read().records if record.label == "slow")
    assert place.jobs() == jobs


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_the_cluster_ends(place, undisturbed, number):
    """The command ends with exit code 4, and no job stays; another cluster finishes the plan from the checkpoints."""
    cluster = place.start_cluster(*_TWO_JOBS, seconds_a_job=_SECONDS_A_STEP)
    client = place.start_run()
    place.wait_for_the_middle()
    kept, processes = record_files(place), set(place.slow_runs())
    os.kill(cluster.pid, number)

    assert client.wait(60) == 4
    assert "is gone" in place.said()
    wait_for(lambda: not place.jobs() and not any(map(is_alive, processes)))
    place.start_cluster(*_TWO_JOBS)
    again = place.start_run()
    assert again.wait(900) == 0, place.said()
    assert made_once(place, undisturbed, kept=kept)
