"""How the model is measured beside its baselines, and how the figures are told."""
