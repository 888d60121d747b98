"""Denoise: the visitor's digit under noise, cleaned by the model and by filters, told or blind."""

import re

import pytest
import torch
from streamlit.testing.v1 import AppTest

import vae
from tests.app.conftest import SEVEN, alts, draw, texts
from ui import comparison, naming, noises

PAGE = "pages/denoise.py"


def test_a_drawing_is_cleaned_and_the_winner_is_marked(open_page):
    app = draw(open_page(PAGE, denoise_filters="true"), SEVEN)
    assert not app.exception and not app.warning
    words = texts(app)
    assert "On your drawing, **" in words
    assert all(name in words for name in ("This model", "Median", "Non-local means", "Total variation"))
    assert noises.UNTOUCHED in words
    assert words.count("best here") == 2  # for the drawing, and where it fails
    assert words.count("SSIM") >= 5
    assert words.count("of the noise") >= 3


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ((20.0, 15.0, 10.0), "the model wins**: it removes 90% of the noise"),
        ((12.0, 20.0, 10.0), "median wins**: it removes 90% of the noise"),
        ((20.04, 19.96, 10.0), "the model and median are **tied**: each removes 90% of the noise"),
        ((9.0, 20.0, 10.0), "; the model makes it worse."),
        ((25.0, 20.0, 30.0), "left alone**: untouched, this 7 is closer to the truth"),
    ],
)
def test_who_wins_is_said_plainly_whoever_it_is(scores, expected):
    names = (comparison.OURS, "Median", noises.UNTOUCHED)
    entries = [
        comparison.Entry(name, torch.zeros(1, 28, 28), score, "")
        for name, score in zip(names, scores, strict=True)
    ]
    said = noises.verdict("this 7", entries)
    assert expected in said and "dB" not in said


def test_nobody_wins_where_the_cleaned_picture_is_another_digit():
    entries = [
        comparison.Entry(name, torch.zeros(1, 28, 28), score, "")
        for name, score in ((comparison.OURS, 20.0), ("Median", 15.0), (noises.UNTOUCHED, 10.0))
    ]
    said = noises.verdict("this 3", entries, "a 7")
    assert "removes 90% of the noise, and **now it is a 7**" in said
    assert "nobody wins" in said and "the model wins" not in said


def test_every_level_at_which_the_model_is_beaten_is_named():
    curves = {comparison.OURS: [30, 20, 10], "Median": [20, 21, 9], noises.UNTOUCHED: [31, 12, 5]}
    said = noises.defeats("this 7", "uniform", (0.05, 0.5, 0.75), curves)
    assert said == "On this 7, the model is **beaten** by doing nothing at 5% and by median at 50%."
    curves[comparison.OURS] = [32, 22, 10]
    assert "no method is ahead of the model at any of these 3 levels" in noises.defeats(
        "this 7", "uniform", (0.05, 0.5, 0.75), curves
    )


def test_the_page_ends_with_a_letter_that_a_filter_cleans_better(open_page):
    assert re.search(r"On the letter W [^*]+, \*\*(?!the model)[a-z -]+ wins\*\*", texts(open_page(PAGE)))


def verdict(app: AppTest, noise: vae.Noise, seed: int = 0) -> str:
    """What the page must say about its digit under a noise."""
    mine = app.session_state["digit"]
    ours, *_ = entries = noises.outcome(mine.image, noise, noise, seed)
    return noises.verdict(mine.name, entries, naming.became(mine.image, ours.image))


@pytest.mark.parametrize("kind", ["uniform", "salt_and_pepper"])
def test_kind_and_level_of_noise_change_the_result(open_page, kind):
    app = open_page(PAGE)
    app.segmented_control(key="denoise_kind").set_value(kind).run()
    assert verdict(app, vae.Noise(kind, 0.3)) in texts(app)
    app.slider(key="denoise_share").set_value(80).run()
    assert not app.exception
    assert verdict(app, vae.Noise(kind, 0.8)) in texts(app)


def test_new_noise_is_other_noise_of_the_same_kind(open_page):
    app = open_page(PAGE)
    noise = vae.Noise("gaussian", 0.5)
    verdicts = [verdict(app, noise, seed) for seed in (0, 1)]
    assert verdicts[0] in texts(app) and verdicts[1] not in texts(app)
    app.button(key="denoise_new").click().run()
    assert not app.exception
    assert verdicts[0] not in texts(app) and verdicts[1] in texts(app)


def test_blind_the_model_says_what_it_estimated(open_page):
    app = open_page(PAGE)
    assert "Told nothing" not in texts(app)
    app.segmented_control(key="denoise_kind").set_value("salt_and_pepper").run()
    app.toggle(key="denoise_blind").set_value(True).run()
    assert not app.exception
    assert "Told nothing about the noise, the model estimated **" in texts(app)
    assert "in truth it was 30% of the pixels turned black or white" in texts(app)


def test_filters_curve_and_drowned_digits_wait_until_they_are_opened(open_page):
    app = open_page(PAGE)
    assert not app.get("plotly_chart")
    assert "Total variation" not in texts(app)
    assert not [alt for alt in alts(app) if alt.startswith("try ")]
    app = open_page(PAGE, denoise_filters="true", denoise_curve="true", denoise_dreams="true")
    assert not app.exception
    assert len(app.get("plotly_chart")) == 1 and "Total variation" in texts(app)
    assert len([alt for alt in alts(app) if alt.startswith("try ")]) == 10


def test_the_level_survives_a_change_of_page(open_page):
    app = open_page(PAGE)
    app.slider(key="denoise_strength").set_value(1.25).run()
    app.switch_page("pages/anomaly.py").run()
    app.switch_page(PAGE).run()
    assert app.slider(key="denoise_strength").value == 1.25
