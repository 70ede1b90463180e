"""What can be said of a circuit before training."""
