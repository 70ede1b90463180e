"""The sections of a report: sentences and tables, ready for the templates."""
