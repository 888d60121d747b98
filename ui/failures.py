"""What each page fails at. All visitors see the same, so it is worked out once in a process."""

from torch import Tensor

import vae
from ui import anomaly_verdict, completions, likeness, mask, noises, rates
from ui.anomaly_verdict import Verdict
from ui.comparison import Entry
from ui.completions import Group
from ui.digit import letters_and_shapes

SHAPE, SHAPE_BYTES = "Star", 16
LETTER, LETTER_NOISE = "W", vae.Noise("gaussian", 0.25)
LABEL, PART = 5, mask.BLOCK
N_SAMPLES, N_WORST = 200, 9


def compressed() -> list[Entry]:
    """A shape in few bytes, by the model and by PCA."""
    return rates.of_shape(SHAPE, SHAPE_BYTES)


def denoised() -> list[Entry]:
    """A letter under noise, cleaned by every method."""
    return noises.of_letter(LETTER, LETTER_NOISE)


def completed() -> tuple[Tensor, list[Group]]:
    """A digit (1, 28, 28) that the model mistakes once its middle is hidden, and its completions."""
    return completions.first_miss(LABEL, mask.observed(PART))


def generated() -> Tensor:
    """The worst of many samples, (N_WORST, 1, 28, 28)."""
    return likeness.strangest(N_WORST, N_SAMPLES)


def judged() -> list[Verdict]:
    """The verdicts on letters that look like digits."""
    return anomaly_verdict.of_ready_made(letters_and_shapes.LOOKALIKES)
