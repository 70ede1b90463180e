"""Runs on a Dask cluster: one client hands out runs and alone writes records; its workers make the runs.

Client: connect.py (the connection), executor.py, which uses job_queue.py (runs to hand out), workers.py (workers that can be
used) and running_jobs.py (runs that workers make). Worker: worker.py. Dask carries orders and answers and knows which
workers there are. It does not choose what a worker makes: it would hand a worker several runs ahead of time, hold each of
them against its run when the worker dies, and its limit of such deaths is the scheduler's.
"""
