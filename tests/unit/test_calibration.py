"""The calibration file: whatever is wrong with one of its fields is found when it is read."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import vae
from unit.conftest import one_sentence
from vae import calibration_checks as checks
from vae.calibration import Calibration
from vae.checkpoint import WEIGHTS
from vae.codec.context import N_FEATURES
from vae.codec.range_coding import payload_bytes
from vae.jobs.compression import MAX_CODE_BYTES, MIN_CODE_BYTES
from vae.posterior import pixel_errors, pixels

SHIPPED = WEIGHTS / "calibration.json"
LISTS = (
    "posterior_std",
    "pixel_table",
    "residual_kernel",
    "ink_contexts",
    "anomaly_scales",
    "anomaly_scores",
)
POSITIVE = ("posterior_std", "anomaly_scales")


def _change(name: str, change: Callable[[Any], Any]) -> Callable[[dict[str, Any]], object]:
    return lambda facts: facts.__setitem__(name, change(facts[name]))


def _first(fact: Any, value: object) -> Any:
    """A nested list whose first number is another."""
    return [_first(fact[0], value), *fact[1:]] if isinstance(fact, list) else value


def _profile(**changes: object) -> Callable[[dict[str, Any]], object]:
    return lambda facts: facts["profiles"]["12"].update(changes)


WRONG: dict[str, Callable[[dict[str, Any]], object]] = {
    "an unknown field": lambda facts: facts.update(extra=1),
    "a length without profile": lambda facts: facts["profiles"].pop("12"),
    "a length beyond all": lambda facts: facts["profiles"].update({"63": facts["profiles"]["62"]}),
    "a length that is none": lambda facts: facts["profiles"].update({"012": facts["profiles"].pop("12")}),
    "a profile without step": lambda facts: facts["profiles"]["12"].pop("step"),
    "a profile with more": _profile(more=1.0),
    "a profile that is none": lambda facts: facts["profiles"].update({"12": [1, 2, 3, 4, 5]}),
    "kernel: not symmetric": lambda facts: facts["residual_kernel"][0].__setitem__(0, 0.02),
    "kernel: no covariance": _change("residual_kernel", lambda kernel: [[0.5] * 5] * 5),
    "table: no distribution": lambda facts: facts["pixel_table"][3].__setitem__(3, 0.7),
    "table: below 0": lambda facts: facts["pixel_table"][3].__setitem__(slice(2), [-0.5, 0.5]),
    "scores: descending": _change("anomaly_scores", lambda scores: scores[::-1]),
    "contexts: a row too few": _change("ink_contexts", lambda rows: rows[:1]),
    "contexts: of other lengths": lambda facts: facts["ink_contexts"][0].pop(),
    **{
        f"{name}: {value!r}": _change(name, lambda fact, value=value: value)
        for name in ("fingerprint", "ink_step", "profiles")
        for value in (None, "1", True, -1, math.nan, math.inf, 1e300, [], {})
    },
    **{
        f"{name}: {value!r}": _change(name, lambda fact, value=value: value)
        for name in LISTS
        for value in (None, 1.0, "1", [], {}, [[[]]], [[None]])
    },
    **{
        f"{name}: {value!r} in it": _change(name, lambda fact, value=value: _first(fact, value))
        for name in LISTS
        for value in (None, "1", True, math.nan, math.inf, 1e300, 10**400)
    },
    **{f"{name}: 0 in it": _change(name, lambda fact: _first(fact, 0.0)) for name in POSITIVE},
    **{
        f"profile: {name} {value!r}": _profile(**{name: value})
        for name in checks.PROFILE
        for value in ("1", math.nan)
    },
    **{f"profile: {name} 0": _profile(**{name: 0}) for name in checks.POSITIVE},
}


@pytest.fixture(scope="module")
def shipped() -> str:
    return SHIPPED.read_text()


@pytest.mark.parametrize("damage", WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_with_a_field_is_found(
    tmp_path: Path, shipped: str, damage: Callable[[dict[str, Any]], object]
) -> None:
    facts = json.loads(shipped)
    damage(facts)
    path = tmp_path / "calibration.json"
    path.write_text(json.dumps(facts))
    with pytest.raises(vae.InputError, match="is not usable; python -m vae.calibrate writes it") as error:
        Calibration.load(path)
    assert one_sentence(error)


@pytest.mark.parametrize("name", json.loads(SHIPPED.read_text()))
def test_no_field_may_be_missing(tmp_path: Path, shipped: str, name: str) -> None:
    facts = json.loads(shipped)
    del facts[name]
    (tmp_path / "calibration.json").write_text(json.dumps(facts))
    with pytest.raises(vae.InputError, match="not usable"):
        Calibration.load(tmp_path / "calibration.json")


@pytest.mark.parametrize("content", ["", "[", "[" * 200_000, '{"a":' * 200_000, "\x00", "null", "9" * 5000])
def test_what_is_no_calibration_at_all_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "calibration.json").write_text(content)
    with pytest.raises(vae.InputError, match="python -m vae.calibrate writes it") as error:
        Calibration.load(tmp_path / "calibration.json")
    assert one_sentence(error)


def test_a_calibration_comes_back_as_it_was(tmp_path: Path) -> None:
    shipped = Calibration.load(SHIPPED)
    shipped.save(tmp_path / "calibration.json")
    again = Calibration.load(tmp_path / "calibration.json")
    assert again.facts() == shipped.facts() and again.key == shipped.key


def test_the_lengths_that_are_checked_are_those_that_are_used() -> None:
    assert (checks.N_BINS, checks.N_GREYS) == (pixels.N_BINS, pixels.N_GREYS)
    assert checks.KERNEL_SIDE == 2 * pixel_errors.REACH + 1
    assert checks.N_FEATURES == N_FEATURES
    lengths = {payload_bytes(n) for n in range(MIN_CODE_BYTES, MAX_CODE_BYTES + 1)}
    assert lengths == set(range(1, checks.LONGEST_PAYLOAD + 1))
