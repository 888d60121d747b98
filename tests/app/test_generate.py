"""Generate: the map, its sliders, the grid, samples, the morph and the numbers of the visitor's digit."""

import io
import re

import numpy as np
import pytest
import torch
from PIL import Image

import vae
from tests.app.conftest import SEVEN, alts, draw, pictures_of, texts
from ui import likeness, naming
from ui.formats import picture_code
from ui.shell import address, load
from ui.view import morph, pictures, plane

UNCLEAR = (0.4, 0.55)  # where 4s end


def test_a_drawing_is_placed_on_the_map(open_page):
    app = draw(open_page("pages/generate.py"), SEVEN)
    assert not app.exception
    assert "boils your drawing down to two numbers" in texts(app)


def test_the_sliders_choose_a_point(open_page):
    app = open_page("pages/generate.py")
    app.slider(key="generate_right").set_value(1.5).run()
    app.slider(key="generate_up").set_value(-2.0).run()
    assert not app.exception
    assert "a 1 decoded at (1.50, -2.00)" in alts(app)
    assert app.session_state["generate_map"]["point"] == [1.5, -2.0]


def test_a_click_on_the_map_moves_the_sliders(open_page):
    app = open_page("pages/generate.py")
    app.session_state["generate_map"] = {"point": [-1.0, 0.5]}
    app.run()
    assert app.slider(key="generate_right").value == -1.0
    assert app.slider(key="generate_up").value == 0.5
    assert "a 6 decoded at (-1.00, 0.50)" in alts(app)


@pytest.mark.parametrize(
    ("point", "said"), {(-0.1, -0.95): "a 5", (-0.35, 0.0): "a 3", UNCLEAR: "no clear digit"}.items()
)
def test_a_point_is_named_as_what_its_picture_looks_like(open_page, point, said):
    app = open_page("pages/generate.py")
    app.session_state["generate_map"] = {"point": list(point)}
    app.run()
    here = f"({point[0]:.2f}, {point[1]:.2f})"
    assert f"{said} decoded at {here}" in alts(app)
    assert f"This point: {said}" in texts(app)
    variations = [alt for alt in alts(app) if alt.startswith("variation ")]
    assert len(variations) == 3
    assert all(re.fullmatch(r"variation \d at .*: (an 8|a [^8]|no clear digit)", alt) for alt in variations)


def test_a_picture_of_whose_place_the_model_is_unsure_gets_no_ring(open_page):
    ring = "too unsure of them to draw a ring"
    assert ring not in texts(open_page("pages/generate.py"))
    app = open_page("pages/generate.py", digit=address.signed("shape", "Spiral"))
    assert not app.exception
    assert ring in texts(app)


def test_a_hostile_point_is_not_a_choice(open_page):
    app = open_page("pages/generate.py")
    before = app.slider(key="generate_right").value
    for point in (["<b>", 1], [float("nan"), 0.0], [1.0], "x" * 10_000, None):
        app.session_state["generate_map"] = {"point": point}
        app.run()
        assert not app.exception
        assert app.slider(key="generate_right").value == before


def test_the_grid_grows_and_widens(open_page):
    app = open_page("pages/generate.py", generate_atlas="true")
    assert "15 by 15 decoded digits, both numbers from -3.0 to 3.0" in alts(app)
    app.slider(key="generate_side").set_value(5).run()
    app.slider(key="generate_extent").set_value(5.0).run()
    assert not app.exception
    assert "5 by 5 decoded digits, both numbers from -5.0 to 5.0" in alts(app)


def test_new_samples_differ_unless_the_temperature_is_zero(open_page):
    def samples() -> list[str]:
        return [image.url for image in pictures_of(app) if image.alt.startswith("sample ")]

    app = open_page("pages/generate.py", generate_samples="true")
    first = samples()
    assert len(set(first)) == 12
    app.button(key="generate_new").click().run()
    second = vae.sample(load.model(), 12, temperature=0.8, seed=1)
    assert samples() == [
        pictures.address(pictures.colours(match.beside(sample), "viridis"), 118)
        for sample, match in zip(second, likeness.matches(second), strict=True)
    ]
    assert not set(samples()) & set(first)
    app.slider(key="generate_temperature").set_value(0.0).run()
    first = samples()
    assert len(set(first)) == 1
    app.button(key="generate_new").click().run()
    assert samples() == first


def test_each_sample_stands_beside_its_nearest_real_digit_with_their_distance_in_words(open_page):
    app = open_page("pages/generate.py", generate_samples="true")
    pairs = [image for image in pictures_of(app) if image.alt.startswith("sample ")]
    samples = vae.sample(vae.load_model(), 12, temperature=0.8, seed=0)
    gallery = vae.load_gallery()
    distances = torch.cdist(samples.flatten(1), gallery.images.flatten(1))
    nearest = gallery.labels[distances.argmin(dim=1)].tolist()
    for pair, name, label in zip(pairs, naming.names(samples), nearest, strict=True):
        both = f"{naming.said(name)} beside a real {label}"
        assert pair.alt.endswith(f"at temperature 0.8: {both}")
        assert re.fullmatch(f"{both}: (very near|near|typical|far)", pair.caption)
    assert f"The closest pair is {distances.min().item():.1f} apart" in texts(app)
    assert "not whether they copy what it did see" in texts(app)


def test_a_picture_of_the_gallery_is_very_near_and_one_like_no_digit_is_far():
    copy = load.gallery().images[:1]
    assert [match.word for match in likeness.matches(copy)] == ["very near"]
    assert [match.word for match in likeness.matches(1 - copy)] == ["far"]


def test_the_morph_is_a_film_from_one_digit_to_the_other(open_page):
    app = draw(open_page("pages/generate.py", generate_film="true"), SEVEN)
    app.pills(key="generate_to").set_value(5).run()
    app.button(key="generate_turn_over").click().run()
    assert not app.exception
    assert "film: your drawing turns into a 5 and back" in alts(app)
    assert {"The model's way, 0% there", "A plain cross-fade, to compare, 100% there"} <= set(alts(app))
    assert "Your drawing turns into a 5 and back" in texts(app)
    assert app.get("download_button")


def test_the_film_goes_to_another_digit_than_the_visitors(open_page):
    app = open_page("pages/generate.py", generate_film="true")
    assert "film: this 7 turns into a 3 and back" in alts(app)
    app.pills(key="pick_label").set_value(3).run()
    assert "film: this 3 turns into an 8 and back" in alts(app)
    app.pills(key="pick_label").set_value(8).run()
    assert "film: this 8 turns into a 3 and back" in alts(app)
    unlabelled = picture_code.written(vae.load_gallery().images[3])
    app = open_page("pages/generate.py", generate_film="true", digit=address.signed("picture", unlabelled))
    assert "film: this picture turns into an 8 and back" in alts(app)


def test_a_film_to_the_visitors_own_digit_is_theirs_to_choose(open_page):
    app = open_page("pages/generate.py", generate_film="true")
    app.pills(key="generate_to").set_value(3).run()
    app.pills(key="pick_label").set_value(3).run()
    assert "film: this 3 turns into a 3 and back" in alts(app)


def test_a_film_that_an_address_asks_for_stays_when_the_digit_changes(open_page):
    app = open_page("pages/generate.py", generate_film="true", generate_to="3")
    app.pills(key="pick_label").set_value(3).run()
    assert "film: this 3 turns into a 3 and back" in alts(app)
    assert app.query_params["generate_to"] == "3"


def test_a_film_goes_there_and_back_in_the_palette_and_rests_at_both_ends():
    digits = vae.sample(vae.load_model(), 4, seed=1)
    with Image.open(io.BytesIO(morph.there_and_back(digits, 56))) as moving:
        assert (moving.n_frames, moving.size, moving.info["loop"]) == (6, (56, 56), 0)
        durations = []
        for i, shown in enumerate([0, 1, 2, 3, 2, 1]):
            moving.seek(i)
            durations.append(moving.info["duration"])
            seen = np.array(moving.convert("RGB"))[::2, ::2]
            assert np.abs(seen - pictures.colours(digits[shown]).astype(int)).max() <= 2
    assert durations == [morph.PAUSE_MS, *[morph.FRAME_MS] * 2, morph.PAUSE_MS, *[morph.FRAME_MS] * 2]


def test_single_numbers_can_be_moved_a_handful_at_a_time(open_page):
    app = open_page("pages/generate.py", generate_numbers="true")
    app.slider(key="generate_number_0").set_value(2.0).run()
    app.select_slider(key="generate_handful").set_value(28).run()
    assert not app.exception
    assert "number 32 moved from -3 to 3" in alts(app)
    app.select_slider(key="generate_handful").set_value(0).run()
    assert app.slider(key="generate_number_0").value == 2.0


def test_what_waits_behind_a_label_is_not_computed(open_page, monkeypatch):
    def never(*_: object) -> None:
        raise AssertionError("computed before anybody opened it")

    monkeypatch.setattr(plane, "atlas", never)
    monkeypatch.setattr(vae, "interpolate", never)
    monkeypatch.setattr(likeness, "matches", never)
    app = open_page("pages/generate.py")
    assert not app.exception and not app.warning
    labels = [fold.label for fold in app.expander]
    assert labels[:2] == ["From one digit to another, as a film", "Random digits"]


def test_the_page_ends_with_a_failure_shown_live(open_page):
    app = open_page("pages/generate.py")
    assert "Where it fails" in texts(app)
    assert "failed sample 1" in alts(app)
