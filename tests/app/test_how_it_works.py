"""How it works: every step is shown on the visitor's digit and answers to its widgets."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.app.conftest import SEVEN, draw, pictures_of, texts
from ui import anatomy, scores
from ui.shell import load
from ui.view import pictures

PAGE = "pages/how_it_works.py"
ALL = dict.fromkeys(("how_cost", "how_numbers", "how_nested", "how_jobs", "how_training"), "true")  # sections


def pictures_called(app: Any, words: str) -> list[str]:
    """Addresses, which follow from the content, of the pictures whose alt holds these words."""
    return [image.url for image in pictures_of(app) if words in image.alt]


def training(**changes: Any) -> dict[str, Any]:
    """The facts of an invented training."""
    epoch = {"loss": 101.0, "elbo": -100.0, "kl": 25.0, "validation_elbo": -99.5, "validation_elbo_2": -150.5}
    return {
        "command": "python -m vae.train",
        "commit": "abc1234",
        "hours": 1.25,
        "device": "2 CPU threads",
        "precision": "float32",
        "torch": "2.14",
        "parameters": 2_100_000,
        "options": {"latent_dim": 32},
        "history": [{"epoch": i, **epoch} for i in (1, 2, 3)],
    } | changes


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[object], None]:
    """`write(content)` makes the training file that the page reads."""
    monkeypatch.setattr(scores, "FOLDER", tmp_path)
    return lambda content: (tmp_path / "training.json").write_text(json.dumps(content), encoding="utf-8")


def test_the_visitors_drawing_goes_through_every_step(open_page):
    app = draw(open_page(PAGE, **ALL), SEVEN)
    assert not app.exception
    assert "squeezes your drawing into 32 numbers" in texts(app)
    assert "Your drawing costs" in texts(app) and "nats" in texts(app)
    assert len(pictures_called(app, "of 8, decoded")) == 8
    assert len(app.get("plotly_chart")) >= 3
    for paper in (
        "1312.6114",
        "1401.4082",
        "1402.0915",
        "1509.00519",
        "1502.03509",
        "1705.07057",
        "1901.04866",
    ):
        assert f"https://arxiv.org/abs/{paper}" in texts(app)


def test_drawing_epsilon_again_changes_the_draws_and_nothing_else(open_page):
    app = open_page(PAGE, **ALL)
    draws, cost = pictures_called(app, "of 8, decoded"), pictures_called(app, "numbers")
    app.button(key="how_redraw").click().run()
    assert not app.exception
    second = anatomy.draws(app.session_state["digit"].image, 8, seed=1)
    expected = [pictures.address(pictures.colours(image, "viridis"), 84) for image in second.decoded]
    assert pictures_called(app, "of 8, decoded") == expected != draws
    assert pictures_called(app, "numbers") == cost


def test_without_sigma_the_model_is_an_autoencoder(open_page):
    app = open_page(PAGE, **ALL)
    assert len(set(pictures_called(app, "of 8, decoded"))) > 1
    app.slider(key="how_scale").set_value(0.0).run()
    assert not app.exception
    assert len(set(pictures_called(app, "of 8, decoded"))) == 1
    assert "ordinary autoencoder" in texts(app) and "infinitely many bits" in texts(app)


@pytest.mark.parametrize("scale", [0.5, 2.0])
def test_another_sigma_costs_more(open_page, scale):
    app = open_page(PAGE, **ALL)
    app.slider(key="how_scale").set_value(scale).run()
    assert not app.exception
    assert f"With σ × {scale:g}" in texts(app) and " more: the encoder learned" in texts(app)


def test_more_numbers_give_a_better_digit(open_page):
    app = open_page(PAGE, **ALL)
    total = load.model().config.latent_dim
    app.slider(key="how_k").set_value(total).run()
    assert not app.exception
    assert f"From **{total} of {total} numbers**" in texts(app)
    whole = pictures_called(app, f"decoded from {total} of {total} numbers")
    assert len(whole) == 2  # by the slider, and at the end of the strip


def test_the_training_curve_needs_its_file(open_page, write):
    app = open_page(PAGE, **ALL)
    assert "`make train`" in texts(app) and not app.warning
    n_charts = len(app.get("plotly_chart"))
    write(training())
    app.run()
    assert not app.exception
    assert "3 passes" in texts(app)
    assert len(app.get("plotly_chart")) == n_charts + 1
    write(training(started_from=training(hours=2.0)))
    app.run()
    assert "6 passes" in texts(app) and "3.2 hours" in texts(app)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"history": []}, "“history”"),
        ({"history": [{"epoch": 1, "validation_elbo": float("nan")}]}, "epoch 1 of the file has no usable"),
        ({"options": None}, "“options”"),
        ({"hours": "long"}, "“hours”"),
        ({"started_from": {"weights": "vae.safetensors"}}, "what it started from"),
    ],
)
def test_a_damaged_training_file_gets_one_sentence(open_page, write, changes, words):
    write(training(**changes))
    app = open_page(PAGE, **ALL)
    assert not app.exception
    assert len(app.warning) == 1 and words in app.warning[0].value.replace("\\", "")
    assert "Where it fails" in texts(app)


def test_the_parts_of_the_cost_add_up_to_the_bound():
    image = load.gallery().images[0]
    cost = anatomy.cost(image)
    assert cost.total_nats == pytest.approx(cost.pixels_nats + sum(cost.kl_nats))
    assert min(cost.kl_nats) >= -0.1  # estimated by draws
    assert anatomy.tight_nats(image) < cost.total_nats
    assert math.isinf(anatomy.cost(image, scale=0).total_nats)


@pytest.mark.parametrize(
    ("total", "lengths"), [(32, [1, 2, 4, 8, 16, 32]), (20, [1, 2, 4, 8, 16, 20]), (1, [1])]
)
def test_the_strip_ends_with_the_whole_code(total, lengths):
    assert anatomy.lengths_shown(total) == lengths


def test_a_moved_digit_keeps_its_shape_and_costs_more():
    image = load.gallery().images[0]
    moved = anatomy.moved(image, 4)
    assert moved.image[..., 4:].equal(image[..., :-4])
    assert moved.image[..., :4].abs().max() == 0
    assert moved.nats > anatomy.moved(image, 0).nats
