"""The Scoreboard in a real browser: short at first, and whole once everything on it is opened."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.test_every_page import BACKGROUNDS, barriers, changes_theme, sideways
from tests.browser.visitor import PHONE, Visitor
from ui import scores

LONGEST = 3000  # pixels at 1280 across


def test_the_page_is_short_and_draws_no_chart_before_somebody_asks_for_one(visitor: Visitor):
    visitor.opens("scoreboard")
    expect(visitor.main.get_by_role("img", name="This model").first).to_be_visible()
    expect(visitor.main.get_by_test_id("stPlotlyChart")).to_have_count(0)
    expect(visitor.main.get_by_test_id("stTable")).to_have_count(0)
    assert visitor.main.evaluate("it => it.scrollHeight") < LONGEST


def test_all_that_is_folded_away_opens_on_a_phone_and_in_both_themes(arrive: Callable[..., Visitor]):
    visitor = arrive(**PHONE)
    visitor.opens("scoreboard")
    tables = scores.read_scores().tables()
    for n, job in enumerate(tables, 1):
        visitor.main.locator("summary", has_text=job).first.click()
        expect(visitor.main.get_by_test_id("stTable")).to_have_count(sum(map(len, list(tables.values())[:n])))
    visitor.main.locator("summary", has_text="Measure it yourself").click()
    expect(visitor.main.get_by_text("git checkout").first).to_be_visible()
    visitor.sees_it_whole()
    expect(visitor.main.get_by_role("figure", name="Reliability diagram")).to_be_visible()
    assert sideways(visitor) == []
    for theme in BACKGROUNDS:
        changes_theme(visitor, theme)
        visitor.sees_it_whole()
        assert barriers(visitor) == []
    visitor.sees_no_failure()
