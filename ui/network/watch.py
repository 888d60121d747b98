"""The visitor's digit on its way through the network, live in the browser, from the pen to the picture.

Once mounted it asks nothing of the server and reports nothing.
"""

import re

import streamlit as st
import torch

from ui.digit.digit import Digit
from ui.network import component_data, scripts
from ui.shell import cache, glossary, load
from ui.view.latent_map import CLASS_COLOURS

_EXTENT = 18.0  # of the map, in units of the code; held-out digits come to 16.5
_N_GLOW = 48  # points along a side at which the prior is shown
_GLOSS = re.compile(r"\{gloss of (?P<term>.+?)\}")  # in the page's words

_component = st.components.v2.component(
    "watch",
    html=_GLOSS.sub(lambda found: glossary.gloss(found["term"]), scripts.page("watch")),
    css=scripts.read("watch.css"),
    js=scripts.with_worker(
        *("paint", "framing", "thinking", "board", "bars", "code"),
        *("plane", "maps", "links", "player", "watch"),
    ),
)


def show(mine: Digit, *, key: str) -> None:
    """Show the network at work on a digit, which can be drawn over.

    Args:
        mine: the digit to begin with; another one takes the place of what was drawn.
        key: the component's key.

    Raises:
        InputError: the browser's weights are missing or belong to other weights.
    """
    _component(
        key=key,
        data={
            **component_data.about(mine),
            "name": mine.name,
            "map": {"extent": _EXTENT, "dots": _dots(), "glow": _glow(), "colours": CLASS_COLOURS},
        },
    )


@cache.for_good
def _dots() -> list[list[float]]:
    """The held-out digits: the first two numbers of their codes' means, and class."""
    codes, labels = load.gallery_codes()[:, :2], load.gallery().labels[:, None]
    return torch.cat([codes, labels], dim=1).round(decimals=2).tolist()


@cache.for_good
@torch.inference_mode()
def _glow() -> list[int]:
    """The prior over the first two numbers: the fourth root of its density, 0 to 255, top row first."""
    middles = (torch.arange(_N_GLOW) + 0.5) * 2 * _EXTENT / _N_GLOW - _EXTENT
    points = torch.cartesian_prod(-middles, middles).flip(1)
    light = (load.model().prior.log_prob(points) / 4).exp()
    return light.div(light.max()).mul(255).round().int().tolist()
