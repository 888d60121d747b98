"""What every component of the network is given: its weights' address, the digit, the visitor's palette."""

from typing import Any

from ui.digit.digit import Digit
from ui.network import weights
from ui.shell import frame, load
from ui.view import pictures


def about(mine: Digit) -> dict[str, Any]:
    """The data that the scripts share, for a digit to begin with.

    Raises:
        InputError: the browser's weights are missing or belong to other weights.
    """
    return {
        "weights": weights.url(),
        "digit": mine.image.flatten().tolist(),
        "latentDim": load.model().config.latent_dim,
        "palette": pictures.palette_table(frame.palette()).tolist(),
    }
