"""The calibration: measured on digits, written as JSON, read back the same."""

import json
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from torch import Tensor

import vae
from unit.conftest import one_sentence, untrained
from vae.calibration import Calibration
from vae.checkpoint import WEIGHTS, fingerprint, save_weights
from vae.model import calibration_of, pixel_table, statistics_of
from vae.training import calibrate, lossy_profiles

TENSORS = [field.name for field in fields(Calibration) if field.type is Tensor]
numbers = st.floats(-1e3, 1e3)
scores = arrays(np.float64, 20, elements=numbers).map(np.sort)


@given(scores=scores)
def test_a_calibration_comes_back_from_its_file(
    scores: np.ndarray, tmp_path_factory: pytest.TempPathFactory
) -> None:
    shipped = Calibration.load(WEIGHTS / "calibration.json")
    calibration = replace(shipped, anomaly_scores=torch.from_numpy(scores))
    path = tmp_path_factory.mktemp("calibration") / "calibration.json"
    calibration.save(path)
    assert Calibration.load(path).facts() == calibration.facts()
    assert Calibration.load(path).checksum == calibration.checksum


def test_a_measured_calibration_comes_back_from_its_file(tiny: vae.VAE, tmp_path: Path) -> None:
    calibration = calibration_of(tiny)
    calibration.save(tmp_path / "calibration.json")
    again = Calibration.load(tmp_path / "calibration.json")
    assert again.facts() == calibration.facts()
    assert all(torch.equal(getattr(again, name), getattr(calibration, name)) for name in TENSORS)


def test_the_shipped_calibration_is_written_as_it_was_read(tmp_path: Path) -> None:
    shipped = WEIGHTS / "calibration.json"
    calibration = Calibration.load(shipped)
    calibration.save(tmp_path / "calibration.json")
    assert (tmp_path / "calibration.json").read_bytes() == shipped.read_bytes()


def test_the_shipped_calibration_has_the_checksum_that_codes_in_links_begin_with(model: vae.VAE) -> None:
    assert calibration_of(model).checksum == 1052517875
    assert calibration_of(model).key == fingerprint(model) ^ calibration_of(model).checksum


def test_a_calibration_holds_tensors_in_double_precision(model: vae.VAE) -> None:
    tensors = [getattr(calibration_of(model), name) for name in TENSORS]
    assert all(tensor.dtype == torch.float64 for tensor in tensors)


def damaged(text: str) -> dict[str, bytes]:
    fields = json.loads(text)
    some_profile = next(iter(fields["profiles"]))
    return {
        "empty": b"",
        "truncated": text[: len(text) // 2].encode(),
        "no text": b"\xff\xfe\x00\x80",
        "a list": b"[]",
        "a number": b"7",
        "no profiles": json.dumps({**fields, "profiles": None}).encode(),
        "a profile of no length": json.dumps({**fields, "profiles": {"a": {}}}).encode(),
        "half a profile": json.dumps({**fields, "profiles": {some_profile: {"step": 1.0}}}).encode(),
        "ragged rows": json.dumps({**fields, "pixel_table": [[0.5], [0.5, 0.5]]}).encode(),
        "words for numbers": json.dumps({**fields, "posterior_std": ["wide"]}).encode(),
        "a field too many": json.dumps({**fields, "more": 1}).encode(),
        **{
            f"no {name}": json.dumps({key: value for key, value in fields.items() if key != name}).encode()
            for name in fields
        },
    }


def test_damaged_calibrations_are_refused(tiny: vae.VAE, tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"
    calibration_of(tiny).save(path)
    for content in damaged(path.read_text()).values():
        path.write_bytes(content)
        with pytest.raises(
            ValueError, match="the calibration calibration.json is (missing or damaged|not usable)"
        ) as error:
            Calibration.load(path)
        assert one_sentence(error)


def test_a_missing_calibration_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "calibration.json", tmp_path):
        with pytest.raises(ValueError, match="is missing or damaged; python -m vae.calibrate writes it"):
            Calibration.load(path)


def test_a_model_without_calibration_is_refused(bare: vae.VAE) -> None:
    for function in (calibration_of, statistics_of, pixel_table):
        with pytest.raises(ValueError, match="this model has no calibration"):
            function(bare)


def test_measured_numbers_are_those_of_the_digits(tiny: vae.VAE, digits: Tensor) -> None:
    calibration, q = calibration_of(tiny), tiny.encode(digits[:200])
    assert calibration.fingerprint == fingerprint(tiny)
    expected = (0.5 * q.logvar).mean(dim=0).exp()
    assert calibration.posterior_std.tolist() == pytest.approx(expected.tolist(), abs=1e-3)
    assert torch.allclose(pixel_table(tiny).sum(dim=1), torch.ones(65), atol=1e-4)
    scores = vae.anomaly_score(tiny, digits[:200]).sort().values
    assert calibration.anomaly_scores.tolist() == pytest.approx(scores.tolist(), abs=1e-3)
    assert calibration.ink_step in calibrate.INK_STEPS


def test_the_command_writes_a_calibration_that_fits_the_weights(
    pixels: Tensor, tiny: vae.VAE, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_weights(untrained(), tmp_path / "vae.safetensors")
    monkeypatch.setattr(calibrate, "validation_digits", lambda root: pixels[:200])
    monkeypatch.setattr(calibrate, "N_INK", 2)
    monkeypatch.setattr(lossy_profiles, "N_CODED", 4)
    calibrate.main(calibrate.Options(weights=tmp_path))
    model = vae.load_model(tmp_path / "vae.safetensors")
    assert calibration_of(model).profiles.keys() == calibration_of(tiny).profiles.keys()


def test_the_anomaly_score_is_calibrated_anew_by_itself(
    pixels: Tensor, tiny: vae.VAE, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_weights(untrained(), tmp_path / "vae.safetensors")
    other = {"anomaly_scales": torch.ones(2), "anomaly_scores": torch.zeros(1)}
    before = replace(calibration_of(tiny), **other)
    before.save(tmp_path / "calibration.json")
    monkeypatch.setattr(calibrate, "validation_digits", lambda root: pixels[:200])
    calibrate.main(calibrate.Options(weights=tmp_path, anomaly_alone=True))
    after = Calibration.load(tmp_path / "calibration.json")
    assert torch.allclose(after.anomaly_scores, calibration_of(tiny).anomaly_scores, rtol=1e-3)
    assert after.checksum == before.checksum
    assert replace(after, **other).facts() == before.facts()


def test_a_model_with_statistics_alone_makes_pictures_and_writes_no_codes(
    digits: Tensor, pixels: Tensor, tiny: vae.VAE
) -> None:
    model = untrained()
    model.calibration = calibrate.measure_statistics(model, pixels[:200])
    noise = vae.Noise("gaussian", 0.3)
    assert torch.equal(vae.denoise(model, digits[:2], noise), vae.denoise(tiny, digits[:2], noise))
    assert torch.equal(vae.sample(model, 2), vae.sample(tiny, 2))
    with pytest.raises(ValueError, match="this model has no calibration"):
        vae.compress(model, digits[0])
