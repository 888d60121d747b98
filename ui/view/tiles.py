"""The tiles that the latent map blends: the plane of two standard coordinates, decoded on a grid."""

import base64
import io

import numpy as np
import torch
from PIL import Image

import vae
from ui import naming
from ui.shell import cache, load

EXTENT = 3.0
N_TILES = 51


@cache.for_good
def decoded() -> np.ndarray:
    """uint8 (N_TILES, N_TILES, 28, 28): rows from u2 = EXTENT down, columns from u1 = -EXTENT on."""
    return vae.latent_grid(load.model(), N_TILES, extent=EXTENT).flip(0).mul(255).round().byte().numpy()


@cache.for_good
def sprite() -> str:
    """All tiles in one grey PNG, as a data URL."""
    side = N_TILES * decoded().shape[-1]
    file = io.BytesIO()
    Image.fromarray(decoded().transpose(0, 2, 1, 3).reshape(side, side)).save(file, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


@cache.for_good
def names() -> list[str]:
    """What each tile looks like, such as "a 5" or "no clear digit", row by row in the order of `decoded`."""
    rows = torch.from_numpy(decoded()).float().div(255)[:, :, None]
    return [naming.said(label) for row in rows for label in naming.names(row)]
