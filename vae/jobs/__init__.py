"""The five jobs of the one model; none knows of another."""
