"""Runs on a Dask cluster: one client, which alone says who makes what and alone writes records, and its workers.

connect.py -> executor.py -> at_work.py -> crew.py, waiting.py here; worker.py there. Dask carries orders and answers and
knows who is there. It does not choose: it would hand a worker several runs ahead of time and hold each of them against its
run when the worker dies, and its limit of such deaths is the scheduler's.
"""
