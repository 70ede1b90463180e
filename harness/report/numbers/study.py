"""A study: the runs of a results folder, with the comparisons that its latest plan declares."""

import dataclasses

from harness.errors import StoreError
from harness.plan.comparison import Declared
from harness.plan.last_plan import in_order_of, labels_of, read_last_plan
from harness.records.store import Store
from harness.report.numbers.grouping import grouped
from harness.report.numbers.groups import Group, Results


@dataclasses.dataclass(frozen=True)
class Study:
    """What is compared of a results folder.

    Attributes:
        results: Its runs, in the order of the plan.
        declared: The declared comparisons; None where the folder has no plan.
    """

    results: Results
    declared: Declared | None

    def group(self, label: str) -> Group:
        """Return the runs of the configuration with a label.

        Raises:
            StoreError: there is none.
        """
        found = next((group for group in self.results.groups if group.label == label), None)
        if found is None:
            known = ", ".join(group.label for group in self.results.groups)
            raise StoreError(
                f"no runs with the label {label!r}; expected one of: {known or 'no label, there are no runs'}"
            )
        return found


def study_in(store: Store) -> Study:
    """Return the study in a results folder.

    Raises:
        StoreError: the folder cannot be read, or a record in it is damaged.
    """
    contents = store.read()
    if contents.damaged:
        raise StoreError("\n".join(damaged.why for damaged in contents.damaged))
    plan = read_last_plan(store.root)
    records = in_order_of(plan, contents.records) if plan else contents.records
    results = grouped(records, contents.earlier, labels_of(plan) if plan else {})
    return Study(results, plan.comparison if plan else None)
