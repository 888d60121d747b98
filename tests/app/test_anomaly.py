"""Find anomalies: what is drawn is judged against real digits, and strangers can be put in."""

import re

from tests.app.conftest import SEVEN, draw, texts
from ui import judge, strangers

PAGE = "pages/anomaly.py"


def test_a_drawing_is_judged(open_page):
    app = draw(open_page(PAGE), SEVEN)
    assert not app.exception and not app.warning
    assert "Your drawing is **stranger than" in texts(app)
    assert len(app.get("plotly_chart")) == 1


def test_a_stranger_put_in_is_stranger_than_a_digit(open_page):
    app = open_page(PAGE)
    digit = app.session_state["digit"].image
    app.button(key="anomaly_Spiral").click().run()
    assert not app.exception
    spiral = app.session_state["digit"].image
    assert spiral.equal(strangers.picture("Spiral"))
    of_digit, of_spiral = judge.verdicts([digit, spiral])
    assert of_spiral.score > of_digit.score
    assert f"This spiral is **{of_spiral.words}**" in texts(app)


def test_a_letter_that_could_be_a_digit_fools_it_and_can_be_put_in(open_page):
    app = open_page(PAGE)
    found = re.search(r"\*\*(\d) of these 6\*\* look no odder", texts(app))
    assert found and int(found[1]) > 0
    app.button(key="anomaly_Z").click().run()
    (of_z,) = judge.verdicts([strangers.picture("Z")])
    assert f"This letter Z is **{of_z.words}**" in texts(app)


def test_the_digit_can_be_turned_over_and_back(open_page):
    app = open_page(PAGE)
    before = app.session_state["digit"].image
    app.button(key="anomaly_Mirrored").click().run()
    assert not app.session_state["digit"].image.equal(before)
    app.button(key="anomaly_Mirrored").click().run()
    assert not app.exception
    assert (app.session_state["digit"].image - before).abs().mean() < 0.05


def test_a_lower_threshold_catches_more_and_costs_more_false_alarms(open_page):
    app = open_page(PAGE)
    app.button(key="anomaly_Smiley").click().run()
    threshold = app.slider(key="anomaly_threshold")
    threshold.set_value(threshold.max).run()
    assert f"false alarm for 0 of {len(judge.reference()):,}" in texts(app)
    caught = texts(app).count("· caught")
    app.slider(key="anomaly_threshold").set_value(threshold.min).run()
    assert not app.exception
    assert "**Alarm** for this smiley" in texts(app)
    assert texts(app).count("· caught") > caught


def test_every_stranger_is_framed_like_a_digit():
    for name in (*strangers.READY_MADE, *strangers.LOOKALIKES):
        image = strangers.picture(name)
        assert image.shape == (1, 28, 28)
        assert image.max() == 1 and image.min() == 0
        assert not image[:, :2].any() and not image[:, :, :2].any()
