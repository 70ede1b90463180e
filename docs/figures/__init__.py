"""What makes the figures of these documents: each module prints, or writes, those of one table."""
