"""Everything that runs, records and reports: plan -> runs -> records -> report. No vendor SDK."""
