"""Data sets: what a plan's [data] names, checked, divided and scaled. Loading them takes no torch."""
