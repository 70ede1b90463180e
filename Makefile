# Needs python3 only: installs tox into .venv, and tox makes the other environments.
TOX := .venv/bin/tox

.PHONY: bench test report asv clean

bench: $(TOX)
	$(TOX) run -e bench

test: $(TOX)
	$(TOX) run

report: $(TOX)
	$(TOX) run -e report

asv: $(TOX)
	$(TOX) run -e asv

clean:
	rm -rf .venv .tox .asv build dist *.egg-info

$(TOX): constraints.txt
	python3 -m venv .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt tox
	touch $(TOX)
