"""The classical function behind a head: a trained classifier written down without its circuit.

trained.py takes the classifier of a recorded run, function.py reads the function off its head, source.py writes the program,
export.py compares the program with the head and writes the folder, and facts.py has what is told of it.
"""
