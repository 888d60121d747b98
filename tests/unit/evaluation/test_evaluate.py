"""Every job of the evaluation, measured on a handful of gallery digits, and what it is measured on."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

import vae
from vae.checkpoint import fingerprint
from vae.checks import FileError
from vae.evaluation import (
    anomaly_protocol,
    compression_protocol,
    denoising_protocol,
    evaluation_data,
    imputation_protocol,
)
from vae.evaluation.classifier import train_classifier
from vae.evaluation.evaluate import JOBS, LONGEST_FIRST, Options, evaluate
from vae.evaluation.evaluation_data import EvaluationData, Job, Sizes, Written, framed_ood, on_board
from vae.evaluation.handwriting_protocol import handwriting
from vae.evaluation.masks import LITTLE_SEEN, MASKS
from vae.evaluation.score_file import read_scores
from vae.evaluation.scores import Baseline
from vae.evaluation.shapes import degenerate, shapes
from vae.evaluation.sharing_cost import PLAIN, cost_of_sharing, plain_baseline

SIZES = Sizes(density=3, density_samples=4, coded=2, restored=3, scored=10, generated=40, drawn=2)
ZIGZAG = [[(100, 120), (300, 130), (120, 330)], [(110, 340), (310, 350)]]  # points on paper of 500 x 500


@pytest.fixture(scope="module")
def data() -> EvaluationData:
    gallery = vae.load_gallery()
    ood = {"Fashion-MNIST": torch.rand((5, 1, 28, 28), generator=torch.Generator().manual_seed(0))}
    classifier = train_classifier(gallery.images, gallery.labels, epochs=3)
    return EvaluationData(
        gallery.images[:100],
        gallery.images[100:].flatten(1),
        gallery.labels[:100],
        torch.arange(100),
        ood,
        Path("nowhere"),
        [Written(ZIGZAG, 5), Written(ZIGZAG[:1], 7)],
        classifier,
    )


@pytest.fixture
def few_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    """One case of each kind, where a job has many, and a small forest."""
    monkeypatch.setattr(anomaly_protocol, "N_TREES", 5)
    monkeypatch.setattr(compression_protocol, "CODE_BYTES", (8, 64))
    monkeypatch.setattr(denoising_protocol, "NOISES", (vae.Noise("uniform", 0.25),))
    monkeypatch.setattr(imputation_protocol, "MASKS", MASKS[-1:])
    monkeypatch.setattr(imputation_protocol, "LITTLE_SEEN", LITTLE_SEEN[:1])


@pytest.mark.usefixtures("few_cases")
@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.__name__)
def test_a_job_gives_the_rows_that_the_shipped_scores_hold(
    job: Job, data: EvaluationData, model: vae.VAE
) -> None:
    shipped = read_scores()
    assert shipped is not None
    kinds = {(row.job, row.case): (row.unit, row.better) for row in shipped.rows}
    rows = list(job(model, data, SIZES, 0))
    assert rows and len({(row.job, row.case) for row in rows}) == len(rows)
    for row in rows:
        assert kinds[row.job, row.case] == (row.unit, row.better)
        assert row.n >= 1 and row.protocol
        assert all(math.isfinite(figure) for figure in (row.ours, *(each.figure for each in row.baselines)))


def test_jobs_are_the_same_in_both_orders() -> None:
    assert set(JOBS) == set(LONGEST_FIRST)


def test_strokes_lie_on_the_board_in_whole_pixels() -> None:
    lines = on_board(ZIGZAG, 0.5, place=1)
    everywhere = np.concatenate(lines)
    assert [len(line) for line in lines] == [len(line) for line in ZIGZAG]
    assert np.array_equal(everywhere, everywhere.round())
    assert np.ptp(everywhere, axis=0).max() == 140
    assert everywhere.min() == 140 and everywhere.max() <= 280


def test_without_strokes_there_is_no_handwriting(data: EvaluationData, model: vae.VAE) -> None:
    assert not list(handwriting(model, replace(data, written=[]), SIZES, 0))


def test_the_cost_of_sharing_is_what_the_nested_model_is_behind(
    tmp_path: Path, data: EvaluationData, model: vae.VAE
) -> None:
    assert not list(cost_of_sharing(model, data, SIZES, 0, tmp_path))
    figures = {
        "nested": {"elbo": 102.0, "elbo_2": 147.0, "psnr": 23.8, "rmse": 0.21},
        "whole code": {"elbo": 100.0},
        "two dimensions": {"elbo_2": 140.0},
        "denoising": {"psnr": 24.0},
        "imputation": {"rmse": 0.2},
    }
    facts = {"weights": fingerprint(model), "epochs": 2, "n_coded": 7, "n_restored": 9, "figures": figures}
    (tmp_path / "specialists.json").write_text(json.dumps(facts), encoding="utf-8")
    rows = {row.case: row for row in cost_of_sharing(model, data, SIZES, 0, tmp_path)}
    costs = {case: row.ours for case, row in rows.items()}
    assert costs == pytest.approx({"whole code": 2, "two dimensions": 5, "denoising": 0.2, "imputation": 5})
    assert all("from the shipped weights for 2 epochs" in row.protocol for row in rows.values())
    assert [row.n for row in rows.values()] == [7, 7, 9, 9]
    (tmp_path / "specialists.json").write_text(json.dumps(facts | {"weights": 1}), encoding="utf-8")
    with pytest.raises(
        FileError, match=r"specialists\.json cannot be shown: it is of other weights; .+ writes a new one"
    ):
        list(cost_of_sharing(model, data, SIZES, 0, tmp_path))


def test_the_plain_baseline_is_read_from_its_file(tmp_path: Path) -> None:
    assert not plain_baseline("sure_share", tmp_path)
    found = {"epochs": 9, "figures": {"frechet_ratio": 3.0, "sure_share": 0.7}}
    (tmp_path / "plain.json").write_text(json.dumps(found))
    assert plain_baseline("sure_share", tmp_path) == (Baseline(f"{PLAIN}, 9 epochs", 0.7),)


@pytest.mark.parametrize("content", ["", "[]", '{"epochs": 9}', '{"epochs": 9, "figures": {"nested": {}}}'])
def test_a_damaged_file_of_other_models_is_a_sentence(
    tmp_path: Path, data: EvaluationData, model: vae.VAE, content: str
) -> None:
    for name in ("plain.json", "specialists.json"):
        (tmp_path / name).write_text(content)
    with pytest.raises(
        FileError, match=r"plain\.json .+evaluation\.plain_vae --out weights writes a new one"
    ):
        plain_baseline("sure_share", tmp_path)
    with pytest.raises(
        FileError, match=r"specialists\.json .+evaluation\.specialists --out weights writes a new one"
    ):
        list(cost_of_sharing(model, data, SIZES, 0, tmp_path))


def test_degenerate_pictures_are_strange(model: vae.VAE) -> None:
    assert vae.anomaly_p_value(model, degenerate(0)).max() <= 0.01


def test_test_digits_are_shuffled_with_their_classes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = torch.arange(200, dtype=torch.uint8).view(200, 1, 1).expand(200, 28, 28)
    classes = torch.arange(200) % 10
    monkeypatch.setattr(evaluation_data, "load_mnist", lambda data, *, train: (pixels, classes))
    monkeypatch.setattr(evaluation_data, "training_digits", lambda data: pixels)
    monkeypatch.setattr(evaluation_data, "evaluation_classifier", lambda data, *, epochs, seed: None)
    read = evaluation_data.read_data(tmp_path, SIZES, 0)
    place = (255 * read.test[:, 0, 0, 0]).round().long()
    assert place.sort().values.equal(torch.arange(200)) and not place.equal(torch.arange(200))
    assert read.labels.equal(place % 10)
    assert read.places.equal(place)


@pytest.mark.parametrize("kind", ["triangles", "squares"])
def test_shapes_are_framed_and_mostly_strange(kind: str, model: vae.VAE) -> None:
    pictures = shapes(kind, 60, 0)
    assert pictures.shape == (60, 1, 28, 28)
    assert torch.equal(pictures, shapes(kind, 60, 0)) and not torch.equal(pictures, shapes(kind, 60, 1))
    assert (vae.anomaly_p_value(model, pictures) <= 0.1).float().mean() > 0.7


def test_letters_and_doodles_are_framed_where_they_are_there(tmp_path: Path) -> None:
    assert not framed_ood(tmp_path)
    bitmaps = np.zeros((3, 100, 100), np.uint8)
    bitmaps[:, 20:80, 45:55] = 255
    np.savez(tmp_path / "letters_a_to_e.npz", images=bitmaps, labels=np.array(["A", "B", "E"]))
    doodles = [{"word": "key", "strokes": [[[0, 0], [9, 9]], [[3, 1], [5, 8]]]}]
    (tmp_path / "doodles.json").write_text(json.dumps(doodles))
    found = framed_ood(tmp_path)
    assert {name: len(pictures) for name, pictures in found.items()} == {
        "framed letters": 3,
        "framed letters unlike digits": 2,
        "doodles": 1,
    }
    assert all(pictures.amax(dim=(1, 2, 3)).eq(1).all() for pictures in found.values())


def test_an_unknown_job_is_named() -> None:
    with pytest.raises(ValueError, match="there is no job anomalies; jobs are density, "):
        evaluate(Options(jobs=("anomalies",)))
