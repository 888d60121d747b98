"""Encoder and decoder in the file that the visitor's browser loads and runs (`unpack.js`).

The file follows from the weights alone, so `python -m ui.network.weights` writes it once and the app serves
it: packed safetensors in half precision, whose metadata describe the layers in their order.

The browser knows one kind of layer with weights, a convolution over maps (side, side, depth) by weights (out,
size, size, depth). A fully connected layer is one that is as large as the maps it sees.
"""

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import safetensors.torch
from torch import Tensor, nn

from ui.shell import cache, load
from vae.checks import FileError
from vae.model import Residual, calibration_of

FILE = Path(__file__).parents[2] / "static" / "network.safetensors.gz"

_MOST_METADATA = 2**20  # bytes; it takes 6,000

Layer = dict[str, Any]


@cache.for_good
def url() -> str:
    """Where the app serves the file, relative to any page; another address for other weights.

    Raises:
        FileError: the file is missing, damaged, or belongs to other weights.
    """
    weights = calibration_of(load.model()).fingerprint
    try:
        written_for = description(FILE)["weights"]
    except (OSError, EOFError, ValueError, KeyError):
        written_for = None
    if written_for != weights:
        raise FileError(
            "the browser's network is not that of the weights; python -m ui.network.weights writes it"
        )
    return f"app/static/{FILE.name}?weights={weights}"


def description(path: Path) -> dict[str, Any]:
    """What a file says about itself: "weights", their fingerprint, and "layers", those of each part in order.

    Raises:
        OSError, EOFError, ValueError, KeyError: there is no such file.
    """
    with gzip.open(path) as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(min(length, _MOST_METADATA)))
    return json.loads(header["__metadata__"]["network"])


def write(path: Path = FILE) -> None:
    """Write encoder and decoder of the shipped weights."""
    model = load.model()
    encoder, decoder = _Writer(side=28), _Writer(side=1)
    layers = {
        "encoder": encoder.layers(model.encoder.net, "encoder"),
        "decoder": decoder.layers(model.decoder.net, "decoder"),
    }
    said = json.dumps({"weights": calibration_of(model).fingerprint, "layers": layers})
    content = safetensors.torch.save(encoder.tensors | decoder.tensors, {"network": said})
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(gzip.compress(content, mtime=0))


class _Writer:
    """Goes through the layers from first to last and collects their weights."""

    def __init__(self, side: int) -> None:
        self.side = side  # of the maps that the next layer sees
        self.tensors: dict[str, Tensor] = {}

    def layers(self, modules: nn.Module, name: str) -> list[Layer]:
        named: Iterable[tuple[str, nn.Module]] = modules.named_children()
        return [self._layer(module, f"{name}.{child}") for child, module in named if _is_kept(module)]

    def _layer(self, module: nn.Module, name: str) -> Layer:
        match module:
            case nn.Conv2d():
                padding, stride = int(module.padding[0]), module.stride[0]
                self._keep(name, module.weight, module.bias)
                self.side = (self.side + 2 * padding - module.kernel_size[0]) // stride + 1
                return {"kind": "convolution", "name": name, "stride": stride, "padding": padding}
            case nn.Linear():
                shape = module.in_features // self.side**2, self.side, self.side
                self._keep(name, module.weight.unflatten(1, shape), module.bias)
                self.side = 1
                return {"kind": "convolution", "name": name, "stride": 1, "padding": 0}
            case nn.Unflatten():
                self.side = module.unflattened_size[-1]
                return {"kind": "unflatten", "side": self.side}
            case nn.PixelShuffle():
                self.side *= module.upscale_factor
                return {"kind": "shuffle", "factor": module.upscale_factor}
            case Residual():
                return {"kind": "residual", "body": self.layers(module.body, f"{name}.body")}
            case nn.Sequential():
                return {"kind": "sequence", "body": self.layers(module, name)}
            case nn.SiLU():
                return {"kind": "silu"}
        raise TypeError(f"the browser knows no layer {type(module).__name__}")

    def _keep(self, name: str, weight: Tensor, bias: Tensor | None) -> None:
        """Keep weights (out, depth, size, size) as (out, size, size, depth)."""
        assert bias is not None
        self.tensors[f"{name}.weight"] = weight.permute(0, 2, 3, 1).half().contiguous()
        self.tensors[f"{name}.bias"] = bias.half()


def _is_kept(module: nn.Module) -> bool:
    return not isinstance(module, nn.Flatten)  # a convolution sees the maps as they are


if __name__ == "__main__":
    write()
