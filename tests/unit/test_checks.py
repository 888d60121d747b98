"""The border of the library: every kind of wrong model, tensor and number is refused in one sentence."""

import warnings
from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pytest
import torch
from torch import Tensor

import vae
from unit.conftest import every, one_sentence

X = torch.full((2, 1, 28, 28), 0.25)
INK = torch.ones(1, 28, 28)
NOISE = vae.Noise("uniform", 0.1)
HUGE = 10**5000


class Call(NamedTuple):
    """A public function of a model, and the same of pictures or codes alone."""

    of_model: Callable[[vae.VAE], object]
    of_tensor: Callable[[vae.VAE, Tensor], object] | None = None


CALLS = {
    "log_likelihood": Call(
        lambda model: vae.log_likelihood(model, X, n_samples=2),
        lambda model, x: vae.log_likelihood(model, x),
    ),
    "compress": Call(lambda model: vae.compress(model, X[0]), vae.compress),
    "compress_to_sizes": Call(lambda model: vae.compress_to_sizes(model, X[0], [4])),
    "decompress": Call(lambda model: vae.decompress(model, b"ab")),
    "read_code": Call(lambda model: vae.read_code(model, b"ab")),
    "compress_ink": Call(lambda model: vae.compress_ink(model, INK), vae.compress_ink),
    "decompress_ink": Call(lambda model: vae.decompress_ink(model, b"ab")),
    "sample": Call(lambda model: vae.sample(model, 1)),
    "latent_grid": Call(lambda model: vae.latent_grid(model, 2)),
    "decode_standard": Call(lambda model: vae.decode_standard(model, torch.zeros(1, 2)), vae.decode_standard),
    "interpolate": Call(
        lambda model: vae.interpolate(model, X[0], X[1], 3),
        lambda model, x: vae.interpolate(model, x, X[0], 3),
    ),
    "denoise": Call(lambda model: vae.denoise(model, X, None), lambda model, x: vae.denoise(model, x, NOISE)),
    "estimate_noise": Call(lambda model: vae.estimate_noise(model, X), vae.estimate_noise),
    "impute": Call(
        lambda model: vae.impute(model, X, X > 0), lambda model, x: vae.impute(model, x, torch.ones(1) > 0)
    ),
    "impute, its mask": Call(
        lambda model: vae.impute(model, X, X > 0), lambda model, observed: vae.impute(model, X, observed)
    ),
    "anomaly_score": Call(lambda model: vae.anomaly_score(model, X), vae.anomaly_score),
    "anomaly_p_value": Call(lambda model: vae.anomaly_p_value(model, X), vae.anomaly_p_value),
    "anomaly_reference": Call(vae.anomaly_reference),
    "surprise_map": Call(lambda model: vae.surprise_map(model, X), vae.surprise_map),
    "encode": Call(lambda model: vae.VAE.encode(model, X), vae.VAE.encode),
    "decode": Call(lambda model: vae.VAE.encode(model, X), vae.VAE.decode),
    "corrupt": Call(lambda model: vae.sample(model, 1), lambda model, x: vae.corrupt(x, NOISE)),
    "psnr": Call(lambda model: vae.sample(model, 1), lambda model, x: vae.psnr(x, X[0])),
    "ssim": Call(lambda model: vae.sample(model, 1), lambda model, x: vae.ssim(X[0], x)),
}


def strange_tensors() -> dict[str, object]:
    """What looks like a tensor and holds its values elsewhere, or none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {
            "sparse": X.to_sparse(),
            "sparse rows": torch.eye(28).to_sparse_csr(),
            "nested": torch.nested.nested_tensor([X[0], X[1]]),
            "jagged": torch.nested.nested_tensor([X[0], X[1]], layout=torch.jagged),
            "without values": X.to("meta"),
            "bool without values": (X > 0).to("meta"),
            "sparse bool": (X > 0).to_sparse(),
            "quantized": torch.quantize_per_tensor(X, 0.1, 0, torch.quint8),
            "complex": X + 0j,
            "bfloat16": X[0].bfloat16(),
            "nothing": None,
            "an array": X.numpy(),
        }


@every(strange_tensors())
@pytest.mark.parametrize("name", [name for name, call in CALLS.items() if call.of_tensor])
def test_strange_tensors_are_refused(model: vae.VAE, name: str, wrong: object) -> None:
    with pytest.raises(vae.InputError) as error:
        CALLS[name].of_tensor(model, wrong)
    assert one_sentence(error)


@every({"nothing": None, "a list": [], "another network": torch.nn.Linear(2, 2), "a name": "vae"})
@pytest.mark.parametrize("call", [call.of_model for call in CALLS.values()], ids=CALLS.keys())
def test_only_a_model_is_a_model(call: Callable[[object], object], wrong: object) -> None:
    with pytest.raises(vae.InputError, match="model must be a VAE, as vae.load_model"):
        call(wrong)


def test_a_model_of_another_precision_is_refused(bare: vae.VAE) -> None:
    double = vae.VAE(bare.config).double()
    for call in (double.encode, lambda x: vae.denoise(double, x, None)):
        with pytest.raises(vae.InputError, match="weights must be torch.float32, not torch.float64"):
            call(X)


NUMBERS = {
    "seed": lambda model, n: vae.sample(model, 1, seed=n),
    "n": lambda model, n: vae.sample(model, n),
    "n_samples": lambda model, n: vae.log_likelihood(model, X[:1], n_samples=n, n_dims=2),
    "n_dims": lambda model, n: vae.log_likelihood(model, X[:1], n_samples=2, n_dims=n),
    "completions": lambda model, n: vae.impute(model, X[:1], X[:1] > 0, n_samples=n).samples,
    "n_side": lambda model, n: vae.latent_grid(model, n),
    "n_frames": lambda model, n: vae.interpolate(model, X[0], X[1], n),
    "temperature": lambda model, n: vae.sample(model, 2, temperature=n),
    "extent": lambda model, n: vae.latent_grid(model, 2, extent=n),
    "level": lambda model, n: vae.corrupt(X, vae.Noise("gaussian", n / 4)),
}
WHOLE = list(NUMBERS)[:7]


@pytest.mark.parametrize("kind", [np.int64, np.uint8, np.int16], ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("name", NUMBERS)
def test_any_kind_of_number_counts_as_pythons_own(model: vae.VAE, name: str, kind: type) -> None:
    assert torch.equal(NUMBERS[name](model, kind(3)), NUMBERS[name](model, 3))


@pytest.mark.parametrize("name", list(NUMBERS)[7:])
def test_fractions_count_as_numbers(model: vae.VAE, name: str) -> None:
    for number in (Fraction(1, 2), np.float32(0.5), np.float16(0.5), np.longdouble(0.5)):
        assert torch.equal(NUMBERS[name](model, number), NUMBERS[name](model, 0.5))


@every({"a text": "3", "nothing": None, "true": True, "numpy's true": np.True_, "huge": HUGE, "complex": 3j})
@pytest.mark.parametrize("name", list(NUMBERS)[:-1])
def test_what_is_no_number_in_range_is_refused(model: vae.VAE, name: str, wrong: object) -> None:
    if name == "n_dims" and wrong is None:
        return
    with pytest.raises(vae.InputError) as error:
        NUMBERS[name](model, wrong)
    assert one_sentence(error)


@every({"a fraction": Fraction(3), "a float": 3.0, "a tensor": torch.tensor(3)})
@pytest.mark.parametrize("name", WHOLE)
def test_counts_are_whole_numbers(model: vae.VAE, name: str, wrong: object) -> None:
    with pytest.raises(vae.InputError, match="must be a whole number from"):
        NUMBERS[name](model, wrong)


@every(
    {
        "a list": ["gaussian"],
        "an array": np.array(["gaussian", "uniform"]),
        "nothing": None,
        "long": "x" * 999,
    }
)
def test_a_kind_of_noise_is_a_name(wrong: object) -> None:
    with pytest.raises(vae.InputError, match="the kind of noise must be one of") as error:
        vae.Noise(wrong, 0.1)
    assert one_sentence(error)


@every({"nothing": None, "one number": 5, "an array": np.array([4, 5])})
def test_sizes_are_a_list(model: vae.VAE, wrong: object) -> None:
    with pytest.raises(vae.InputError, match="sizes must be a list of whole numbers"):
        vae.compress_to_sizes(model, X[0], wrong)


@pytest.mark.parametrize("value", [3e38, 1.1e6, -3e38])
def test_codes_that_single_precision_cannot_decode_are_refused(model: vae.VAE, value: float) -> None:
    z = torch.zeros(1, 32)
    z[0, 7] = value
    for call in (model.decode, model.prior.log_prob, model.prior.to_standard):
        with pytest.raises(vae.InputError, match="must lie within 1,000,000 of zero"):
            call(z)
    for call in (model.prior.from_standard, lambda u: vae.decode_standard(model, u)):
        with pytest.raises(vae.InputError, match="must lie within 37 of zero"):
            call(z)


@pytest.mark.parametrize("value", [1e6, -1e6, 37.0, -37.0])
def test_the_farthest_codes_decode_to_numbers(model: vae.VAE, value: float) -> None:
    z = torch.full((1, 32), value)
    assert model.decode(z).isfinite().all() and model.prior.log_prob(z).isfinite().all()
    assert model.prior.to_standard(z).abs().max() < 38
    if abs(value) <= 37:
        assert vae.decode_standard(model, z).isfinite().all()


def test_an_empty_batch_of_codes_is_refused(model: vae.VAE) -> None:
    with pytest.raises(vae.InputError, match="must be a tensor"):
        model.decode(torch.zeros(0, 32))


@every({"a name": "foo", "no values": "meta", "a list": [], "a number": 99})
def test_a_device_must_be_there(wrong: object) -> None:
    with pytest.raises(vae.InputError, match="device"):
        vae.load_model(device=wrong)


@every(
    {
        "nothing": None,
        "a number": 3,
        "null": "a\0b",
        "long": "x" * 10_000,
        "a folder": "/",
        "a device": "/dev/zero",
    }
)
def test_a_path_must_be_one(wrong: object) -> None:
    with pytest.raises(vae.InputError) as error:
        vae.load_model(wrong)
    assert "\n" not in str(error.value)
