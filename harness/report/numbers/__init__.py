"""The numbers of a report: records grouped by what was asked, and typed rows for tables, figures and CSV files."""
