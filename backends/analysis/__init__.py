"""Analysis of circuits before training: dead angles, spectrum, formula, and the summary that ``qhb inspect`` prints."""
