"""The browser's network is encoder and decoder of the weights, and says so."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
import safetensors.torch

import vae
from ui.network import weights
from vae.checks import FileError

MOST_BYTES = 4_100_000


@pytest.fixture(autouse=True)
def read_anew() -> Iterator[None]:
    weights.url.clear()
    yield
    weights.url.clear()


def test_the_file_holds_every_weight_of_encoder_and_decoder(model: vae.VAE) -> None:
    assert weights.FILE.stat().st_size <= MOST_BYTES
    kept = safetensors.torch.load(gzip.decompress(weights.FILE.read_bytes()))
    ours = {name.replace(".net.", "."): it for name, it in model.state_dict().items() if "prior" not in name}
    assert kept.keys() == ours.keys()
    for name, value in ours.items():
        kernel = kept[name].permute(0, 3, 1, 2) if name.endswith("weight") else kept[name]
        assert kernel.reshape(value.shape).equal(value.half()), name


def test_its_layers_name_each_weight_once_and_in_order(model: vae.VAE) -> None:
    layers = weights.description(weights.FILE)["layers"]
    named = [name for part in ("encoder", "decoder") for name in names(layers[part])]
    ours = [name for name in model.state_dict() if name.endswith("weight") and "prior" not in name]
    assert [f"{name}.weight" for name in named] == [name.replace(".net.", ".") for name in ours]


def names(layers: list[weights.Layer]) -> Iterator[str]:
    for layer in layers:
        if "name" in layer:
            yield layer["name"]
        yield from names(layer.get("body", []))


def test_its_address_is_that_of_the_weights(model: vae.VAE) -> None:
    assert model.calibration
    address = f"app/static/network.safetensors.gz?weights={model.calibration.fingerprint}"
    assert weights.url() == address


@pytest.mark.parametrize(
    "said", [{"network": '{"weights": 1}'}, {"network": "{}"}, {"network": "none"}, {}, None]
)
def test_a_file_of_other_weights_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: dict[str, str] | None
) -> None:
    (tmp_path / "network.gz").write_bytes(gzip.compress(safetensors.torch.save({}, said)))
    monkeypatch.setattr(weights, "FILE", tmp_path / "network.gz")
    with pytest.raises(FileError, match="python -m ui.network.weights"):
        weights.url()


@pytest.mark.parametrize(
    "content",
    [None, b"", b"no file of weights", gzip.compress(b"none either")],
    ids=["missing", "empty", "not packed", "packed"],
)
def test_a_missing_or_damaged_file_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "network.gz").write_bytes(content)
    monkeypatch.setattr(weights, "FILE", tmp_path / "network.gz")
    with pytest.raises(FileError, match="python -m ui.network.weights"):
        weights.url()


def test_writing_again_gives_the_same_file(tmp_path: Path) -> None:
    weights.write(tmp_path / "network.gz")
    again, kept = (gzip.decompress(path.read_bytes()) for path in (tmp_path / "network.gz", weights.FILE))
    assert again == kept
