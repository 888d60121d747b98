"""How the learning rate and the weight of the KL change in the course of a run."""

import math


def one_cycle(progress: float, rise: float = 0.05) -> float:
    """Factor of the learning rate, 0 to 1, at a share of the run: linear rise, then cosine fall."""
    if progress < rise:
        return max(progress / rise, 0.01)
    return 0.5 * (1 + math.cos(math.pi * (min(progress, 1.0) - rise) / (1 - rise)))


def kl_weight(epochs: float, warm_up: float) -> float:
    """Weight of the KL, 0 to 1, after so many epochs, if it rises over the first `warm_up` ones."""
    return min(1.0, epochs / warm_up) if warm_up else 1.0
