"""What a run would cost on a device: from circuit evaluations to QPU seconds and money. Nothing is run."""
