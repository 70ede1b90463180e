"""What answers in a backend's place."""
