"""Generate: the map, its sliders, the grid, samples, the morph and the numbers of the visitor's digit."""

from tests.app.conftest import SEVEN, draw, texts


def alts(app) -> list[str]:
    """The alternative texts of all pictures on the page."""
    return [picture.alt for pictures in app.get("image") for picture in pictures.proto.imgs]


def test_a_drawing_is_placed_on_the_map(open_page):
    app = draw(open_page("pages/generate.py"), SEVEN)
    assert not app.exception
    assert "boils your drawing down to two numbers" in texts(app)
    assert "15 by 15 decoded digits, both numbers from -3.0 to 3.0" in alts(app)


def test_the_sliders_choose_a_point(open_page):
    app = open_page("pages/generate.py")
    app.slider(key="generate_right").set_value(1.5).run()
    app.slider(key="generate_up").set_value(-2.0).run()
    assert not app.exception
    assert "digit decoded at (1.50, -2.00)" in alts(app)
    assert app.session_state["generate_map"]["point"] == [1.5, -2.0]


def test_a_click_on_the_map_moves_the_sliders(open_page):
    app = open_page("pages/generate.py")
    app.session_state["generate_map"] = {"point": [-1.0, 0.5]}
    app.run()
    assert app.slider(key="generate_right").value == -1.0
    assert app.slider(key="generate_up").value == 0.5
    assert "digit decoded at (-1.00, 0.50)" in alts(app)


def test_a_hostile_point_is_not_a_choice(open_page):
    app = open_page("pages/generate.py")
    before = app.slider(key="generate_right").value
    for point in (["<b>", 1], [float("nan"), 0.0], [1.0], "x" * 10_000, None):
        app.session_state["generate_map"] = {"point": point}
        app.run()
        assert not app.exception
        assert app.slider(key="generate_right").value == before


def test_the_grid_grows_and_widens(open_page):
    app = open_page("pages/generate.py")
    app.slider(key="generate_side").set_value(5).run()
    app.slider(key="generate_extent").set_value(5.0).run()
    assert not app.exception
    assert "5 by 5 decoded digits, both numbers from -5.0 to 5.0" in alts(app)


def test_new_samples_differ_unless_the_temperature_is_zero(open_page):
    def samples() -> str:
        images = [image for element in app.get("image") for image in element.proto.imgs]
        return next(image.url for image in images if "samples at temperature" in image.alt)

    app = open_page("pages/generate.py")
    first = samples()
    app.button(key="generate_new").click().run()
    assert samples() != first
    app.slider(key="generate_temperature").set_value(0.0).run()
    first = samples()
    app.button(key="generate_new").click().run()
    assert samples() == first


def test_the_morph_ends_at_the_second_digit(open_page):
    app = draw(open_page("pages/generate.py"), SEVEN)
    app.pills(key="generate_to").set_value(5).run()
    app.slider(key="generate_frames").set_value(5).run()
    app.button(key="generate_turn_over").click().run()
    assert not app.exception
    assert {"your drawing", "frame 1 of 5", "frame 5 of 5", "a real 5"} <= set(alts(app))


def test_single_numbers_can_be_moved_a_handful_at_a_time(open_page):
    app = open_page("pages/generate.py")
    app.slider(key="generate_number_0").set_value(2.0).run()
    app.select_slider(key="generate_handful").set_value(28).run()
    assert not app.exception
    assert "number 32 moved from -3 to 3" in alts(app)
    app.select_slider(key="generate_handful").set_value(0).run()
    assert app.slider(key="generate_number_0").value == 2.0


def test_the_page_ends_with_a_failure_shown_live(open_page):
    app = open_page("pages/generate.py")
    assert "Where it fails" in texts(app)
    assert "failed sample 1" in alts(app)
