"""What a circuit is before it is trained: gradients at random angles, expressibility, entanglement; by size, and with noise."""
