"""Runs on a Dask cluster: one client hands out runs and alone writes records; its workers make the runs.

Client: connect.py (the connection; tls.py checks its settings), dask_executor.py, which uses job_queue.py (runs to hand out), workers.py (workers that can be
used) and running_jobs.py (runs that workers make). Worker: worker.py. Dask carries orders and answers and knows which
workers there are. It does not assign runs: Dask would assign several runs to a worker in advance, and count the worker's death
against each of them, with a limit that only the scheduler can set.
"""
