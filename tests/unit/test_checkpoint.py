"""The weights file: read back as written, and refused in one sentence when anything is wrong with it."""

import json
import os
import pickle
import resource
import shutil
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

import vae
from unit.conftest import TINY, one_sentence, untrained
from vae.checkpoint import FORMAT, WEIGHTS, fingerprint, read_weights, save_weights
from vae.model import calibration_of

METADATA = {"format": FORMAT, "config": json.dumps(asdict(TINY))}


def tensors() -> dict[str, Tensor]:
    return {name: value.half().contiguous() for name, value in untrained().state_dict().items()}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Sound weights of the tiny model."""
    save_weights(untrained(), tmp_path / "vae.safetensors")
    return tmp_path / "vae.safetensors"


@pytest.fixture
def calibrated(path: Path, tiny: vae.VAE) -> Path:
    """Sound weights with their calibration beside them."""
    calibration_of(tiny).save(path.with_name("calibration.json"))
    return path


def refused(path: Path, message: str, read: Callable[[Path], object] = read_weights) -> None:
    with pytest.raises(ValueError, match=message) as error:
        read(path)
    assert one_sentence(error)


def test_weights_come_back_in_half_precision(path: Path) -> None:
    written, model = untrained(), read_weights(path)
    assert model.config == written.config
    for name, value in model.state_dict().items():
        assert value.dtype == torch.float32
        assert torch.equal(value, written.state_dict()[name].half().float())


def test_read_weights_are_ready_for_use(path: Path) -> None:
    model = read_weights(path)
    assert not model.training
    assert not any(parameter.requires_grad for parameter in model.parameters())
    assert model.calibration is None


def test_every_option_of_the_config_travels_in_the_file(tmp_path: Path) -> None:
    config = vae.Config(latent_dim=3, channels=6, hidden=10, blocks=2, prior_hidden=7, prior_components=2)
    save_weights(untrained(config), tmp_path / "new" / "vae.safetensors")
    assert read_weights(tmp_path / "new" / "vae.safetensors").config == config


def test_the_shipped_file_is_small(model: vae.VAE) -> None:
    file = WEIGHTS / "vae.safetensors"
    assert file.stat().st_size < 10_000_000
    with safe_open(file, framework="pt") as opened:
        names = set(opened.keys())
        assert {opened.get_tensor(name).dtype for name in names} == {torch.float16}
    assert names == set(model.state_dict())


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    refused(
        tmp_path / "vae.safetensors",
        "no weights file vae.safetensors; python -m vae.train --out weights",
    )
    refused(tmp_path, "there is no weights file")


@pytest.mark.parametrize("share", [0.0, 0.001, 0.05, 0.5, 0.999])
def test_a_truncated_file_is_refused(path: Path, share: float) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    refused(path, "the weights file vae.safetensors is damaged")


@pytest.mark.parametrize(
    "content", [b"hello", b"\xff" * 1000, bytes(1000), b"\x89PNG\r\n\x1a\n" + bytes(500)]
)
def test_another_kind_of_file_is_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    refused(path, "the weights file vae.safetensors is damaged")


@pytest.mark.parametrize("found", ["one-model-five-superpowers/0", "one-model-five-superpowers/2", "pt"])
def test_another_version_is_refused(path: Path, found: str) -> None:
    save_file(tensors(), path, {**METADATA, "format": found})
    refused(path, f"has the format '{found}', not '{FORMAT}'")


def test_a_file_of_another_program_is_refused(path: Path) -> None:
    save_file(tensors(), path)
    refused(path, "has the format None")


@pytest.mark.parametrize(
    "config",
    [None, "{", "null", "[]", "7", '{"latent": 4}', '{"latent_dim": "4"}', '{"latent_dim": -4}'],
)
def test_a_config_that_is_none_is_refused(path: Path, config: str | None) -> None:
    metadata = {"format": FORMAT} if config is None else {"format": FORMAT, "config": config}
    save_file(tensors(), path, metadata)
    refused(path, "the weights in vae.safetensors do not fit the model")


@pytest.mark.parametrize("field", asdict(TINY))
def test_weights_of_another_shape_are_refused(path: Path, field: str) -> None:
    config = replace(TINY, **{field: getattr(TINY, field) + 1})
    save_file(tensors(), path, {"format": FORMAT, "config": json.dumps(asdict(config))})
    refused(path, "the weights in vae.safetensors do not fit the model")


def test_missing_and_surplus_weights_are_refused(path: Path) -> None:
    fewer = tensors()
    fewer.pop("prior.net.0.weight")
    for wrong in (fewer, {**tensors(), "encoder.extra": torch.zeros(3)}):
        save_file(wrong, path, METADATA)
        refused(path, "the weights in vae.safetensors do not fit the model")


@pytest.mark.parametrize(
    ("field", "size"),
    [("blocks", 3000), ("blocks", 64), ("hidden", 2**14), ("hidden", 10**30), ("channels", 1)],
)
def test_a_config_costs_no_memory_before_it_is_checked(path: Path, field: str, size: int) -> None:
    save_file(tensors(), path, {"format": FORMAT, "config": json.dumps({**asdict(TINY), field: size})})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    refused(path, "the weights in vae.safetensors do not fit the model")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # thousands of bytes


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_not_finite_are_refused(path: Path, value: float) -> None:
    wrong = tensors()
    wrong["prior.net.4.bias"][3] = value
    save_file(wrong, path, METADATA)
    refused(path, "holds weights that are not finite")


def test_a_file_too_large_is_not_read(path: Path) -> None:
    os.truncate(path, 2**30 + 1)  # a hole, which takes no disk
    refused(path, "has more than 1,073,741,824 bytes")


def test_equal_weights_are_equal_bytes(tmp_path: Path) -> None:
    for i in range(12):
        save_weights(untrained(), tmp_path / f"{i}.safetensors")
    assert len({file.read_bytes() for file in tmp_path.iterdir()}) == 1


class Trap:
    """An object that makes a folder when it is unpickled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple:
        return os.mkdir, (str(self.folder),)


def test_the_trap_works(tmp_path: Path) -> None:
    pickle.loads(pickle.dumps(Trap(tmp_path / "sprung")))
    assert (tmp_path / "sprung").is_dir()


@pytest.mark.parametrize("write", [torch.save, lambda trap, path: path.write_bytes(pickle.dumps(trap))])
def test_nothing_is_ever_unpickled(path: Path, write: Callable[[Trap, Path], None]) -> None:
    write(Trap(path.parent / "sprung"), path)
    for read in (read_weights, vae.load_model):
        refused(path, "the weights file vae.safetensors is damaged", read)
    assert not (path.parent / "sprung").exists()


def test_the_model_is_loaded_once(model: vae.VAE) -> None:
    assert vae.load_model() is model
    assert vae.load_model(device="cpu") is vae.load_model(str(WEIGHTS / "vae.safetensors")) is model


def test_the_shipped_calibration_belongs_to_the_shipped_weights(model: vae.VAE) -> None:
    assert model.calibration is not None
    assert model.calibration.fingerprint == fingerprint(model)


def test_a_model_is_loaded_with_its_calibration(calibrated: Path, tiny: vae.VAE, digits: Tensor) -> None:
    model = vae.load_model(calibrated)
    assert calibration_of(model).facts() == calibration_of(tiny).facts()
    code = vae.compress(tiny, digits[0])
    assert vae.read_code(model, code).n_dims == vae.read_code(tiny, code).n_dims  # the same weights to a code


@pytest.mark.parametrize("found", ["missing", "truncated"])
def test_a_model_without_sound_calibration_is_refused(calibrated: Path, found: str) -> None:
    calibration = calibrated.with_name("calibration.json")
    text = calibration.read_text()
    calibration.unlink()
    if found == "truncated":
        calibration.write_text(text[: len(text) // 2])
    refused(calibrated, "the calibration calibration.json is missing or damaged", vae.load_model)


def test_the_calibration_of_other_weights_is_refused(calibrated: Path) -> None:
    save_weights(untrained(seed=1), calibrated)
    refused(calibrated, "the calibration belongs to other weights", vae.load_model)


def test_a_refused_file_can_be_put_right(calibrated: Path, tmp_path: Path) -> None:
    shutil.move(calibrated, tmp_path / "away")
    refused(calibrated, "there is no weights file", vae.load_model)
    shutil.move(tmp_path / "away", calibrated)
    assert vae.load_model(calibrated).config == TINY


def test_a_fingerprint_survives_the_file(path: Path) -> None:
    assert fingerprint(read_weights(path)) == fingerprint(untrained())


@pytest.mark.parametrize("name", ["encoder.net.0.weight", "decoder.net.0.bias", "prior.net.4.weight"])
def test_a_fingerprint_knows_every_weight(name: str) -> None:
    model = untrained()
    before = fingerprint(model)
    model.state_dict()[name].view(-1)[-1] += 0.25
    assert fingerprint(model) != before
    assert 0 <= before < 2**32
