"""Feature extractors: what stands in front of the angle layer, ours and the user's, checked before compute is spent."""
