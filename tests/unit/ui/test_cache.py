"""What is kept: results for good take few megabytes, and others the bytes that their function names."""

import ast
import io
import pickle
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
import torch
from torch import Tensor

import vae
from ui import anatomy, anomaly_verdict, completions, likeness, mask, naming, noises, rates
from ui.anomaly_verdict import of_ready_made
from ui.digit import letters_and_shapes, scenes
from ui.digit.letters_and_shapes import LOOKALIKES, READY_MADE
from ui.network import watch, weights
from ui.shell import cache, frame, load
from ui.view import latent_map, pictures, plane, tiles

UI = Path(cache.__file__).parents[1]
MOST_MB = 45
MOST_FOR_GOOD_MB = 25
NOISE = vae.Noise("gaussian", 0.5)
KNOWN = mask.observed(mask.LEFT)
RESULTS: dict[str, Callable[[Tensor], object]] = {
    "ui.rates.code": lambda x: rates.code(x, vae.MAX_CODE_BYTES),
    "ui.rates.coded": lambda x: rates.coded(x, vae.MAX_CODE_BYTES),
    "ui.rates.lossless": rates.lossless,
    "ui.rates.number_by_number": lambda x: rates.number_by_number(rates.code(x, vae.MAX_CODE_BYTES), x),
    "ui.rates.ours": rates.ours,
    "ui.rates.of_baseline": lambda x: rates.of_baseline("JPEG", x),  # which has the most points
    "ui.completions.one": lambda x: completions.one(x, KNOWN),
    "ui.completions.of": lambda x: completions.of(x, KNOWN),
    "ui.noises.cleaned": lambda x: noises.cleaned(x, NOISE),
    "ui.noises.estimate": lambda x: noises.estimate(x, NOISE, 0),
    "ui.noises.outcome": lambda x: noises.outcome(x, NOISE, NOISE, 0),
    "ui.noises.dreams": lambda x: noises.dreams(x, NOISE, 6),
    "ui.anomaly_verdict.verdicts": lambda x: anomaly_verdict.verdicts([x] * 12),
    "ui.anomaly_verdict.nearest": anomaly_verdict.nearest,
    "ui.anomaly_verdict.surprise": anomaly_verdict.surprise,
    "ui.anomaly_verdict.excess": anomaly_verdict.excess,
    "ui.anatomy.cost": anatomy.cost,
    "ui.anatomy.tight_nats": anatomy.tight_nats,
    "ui.anatomy.moved": lambda x: anatomy.moved(x, 6),
    "ui.view.plane.walks": lambda x: plane.walks(x, (0, 1, 2, 3), (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0)),
    "ui.view.plane.atlas": lambda x: plane.atlas(25, 3.0),
}
FOR_GOOD: dict[str, Callable[[], object]] = {  # all results of each function that the app asks for
    "ui.shell.load.model": load.model,
    "ui.shell.load.gallery": load.gallery,
    "ui.shell.load.gallery_codes": load.gallery_codes,
    "ui.naming.accuracy": naming.accuracy,
    "ui.naming._namer": naming._namer,
    "ui.noises.of_letter": lambda: noises.of_letter("W", NOISE),
    "ui.rates.of_shape": lambda: rates.of_shape("Star", 16),
    "ui.completions.first_miss": lambda: completions.first_miss(5, mask.observed(mask.BLOCK)),
    "ui.digit.letters_and_shapes.picture": lambda: each(letters_and_shapes.picture, READY_MADE + LOOKALIKES),
    "ui.digit.scenes._titles": lambda: each(scenes._titles, (None, *range(len(scenes._TITLES)))),
    "ui.network.watch._dots": watch._dots,
    "ui.network.watch._glow": watch._glow,
    "ui.network.weights.url": weights.url,
    "ui.likeness.copying_error": likeness.copying_error,
    "ui.likeness.strangest": lambda: likeness.strangest(9, 200),
    "ui.likeness._among_real": likeness._among_real,
    "ui.view.plane.of_gallery": plane.of_gallery,
    "ui.view.latent_map._dots": latent_map._dots,
    "ui.view.pictures.palette_table": lambda: each(pictures.palette_table, frame.PALETTES),
    "ui.view.tiles.sheet": tiles.sheet,
    "ui.anomaly_verdict.reference": anomaly_verdict.reference,
    "ui.anomaly_verdict.of_ready_made": lambda: each(of_ready_made, (READY_MADE, LOOKALIKES)),
    "ui.anomaly_verdict._typical_parts": anomaly_verdict._typical_parts,
}


def each(function: Callable[..., object], arguments: Iterable[object]) -> list[object]:
    """All results of a function of one argument."""
    return [function(argument) for argument in arguments]


class Scales(pickle.Pickler):
    """Weighs what it is given; tensors that share their memory count once."""

    def __init__(self) -> None:
        self.file, self.storages = io.BytesIO(), {}
        super().__init__(self.file)

    def reducer_override(self, given: object) -> object:
        if not isinstance(given, Tensor):
            return NotImplemented
        storage = given.untyped_storage()
        self.storages[storage.data_ptr()] = storage.nbytes()
        return list, ()

    @property
    def n_bytes(self) -> int:
        return len(self.file.getvalue()) + sum(self.storages.values())


def test_every_function_that_is_kept_briefly_is_measured_here():
    assert set(cache.entry_bytes) == set(RESULTS)


@pytest.mark.parametrize("name", RESULTS)
def test_the_largest_result_fits_in_the_bytes_that_its_function_names(name: str, digits: Tensor):
    scales = Scales()
    scales.dump(RESULTS[name](digits[0].clone()))
    assert scales.n_bytes <= cache.entry_bytes[name]


def test_all_that_is_kept_briefly_fits_in_few_megabytes():
    sizes = cache.entry_bytes.values()
    most = sum(size * min(cache.MOST_RESULTS, cache.BUDGET_BYTES // size) for size in sizes)
    assert most < MOST_MB * 1e6


def test_every_function_that_is_kept_for_good_is_weighed_here():
    assert {name for path in UI.rglob("*.py") for name in kept_for_good(path)} == set(FOR_GOOD)


def kept_for_good(path: Path) -> Iterator[str]:
    """The functions of a file that are kept for good."""
    module = ".".join(path.relative_to(UI.parent).with_suffix("").parts)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and "cache.for_good" in map(ast.unparse, node.decorator_list):
            yield f"{module}.{node.name}"


def test_all_that_is_kept_for_good_fits_in_few_megabytes():
    scales = Scales()
    scales.dump([results() for results in FOR_GOOD.values()])
    assert scales.n_bytes < MOST_FOR_GOOD_MB * 1e6


def test_a_result_is_computed_once_for_pictures_that_are_equal_and_again_for_others(monkeypatch):
    monkeypatch.setattr(cache, "entry_bytes", {})
    computed = []

    @cache.briefly(entry_kb=1)
    def total(picture: Tensor) -> float:
        computed.append(picture)
        return float(picture.sum())

    pictures = [torch.full((1, 28, 28), value) for value in (0.0, 1.0, 0.0)]
    assert [total(picture) for picture in pictures] == [0.0, 784.0, 0.0]
    assert len(computed) == 2


def test_many_visitors_take_the_place_of_the_first_one(monkeypatch):
    monkeypatch.setattr(cache, "entry_bytes", {})
    computed = []

    @cache.briefly(entry_kb=2000)
    def of(visitor: int) -> int:
        computed.append(visitor)
        return visitor

    for visitor in (*range(5), 0):
        of(visitor)
    assert computed == [0, 1, 2, 3, 4, 0]
    assert [of(visitor) for visitor in (4, 3)] == [4, 3] and len(computed) == 6
