"""The two boards lose no ink and stand still, under mouse and finger, on a laptop and on a phone."""

import re
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.visitor import FRAMED, STROKES, Visitor

PAGE = {"canvas": "anomaly", "eraser": "impute"}
LABEL = {"canvas": "Find anomalies", "eraser": "Fill in"}
WIDTH = {"canvas": 320, "eraser": 380}  # on a laptop
PHONE = {"has_touch": True, "is_mobile": True, "device_scale_factor": 2}
NEAR, FAR = 4 / 320, 1 - 4 / 320  # within 5 pixels of an edge
FROM_EDGES = [
    [(x, y), ((x + 0.5) / 2, (y + 0.5) / 2)]
    for x in (NEAR, 0.5, FAR)
    for y in (NEAR, 0.5, FAR)
    if (x, y) != (0.5, 0.5)
]
PARALLEL = [[(0.3, 0.2), (0.3, 0.8)], [(0.7, 0.2), (0.7, 0.8)]]
MIDDLE = (0.5, 0.5)
CANVAS = "[class*='st-key-{}_'] [data-testid=stBidiComponentIsolated]"
BOX = ".st-key-board_{}"
WATCH = """selector => {
    const places = (window.places = new Set());
    const look = () => {
        const { x, y, width, height } = document.querySelector(selector).getBoundingClientRect();
        places.add([x, y, width, height].join(" "));
        requestAnimationFrame(look);
    };
    look();
}"""

both_boards = pytest.mark.parametrize("board", PAGE)
by_mouse_and_touch = pytest.mark.parametrize("hand", ["mouse", "touch"])


@pytest.fixture
def come(arrive: Callable[..., Visitor]) -> Callable[..., Visitor]:
    """`come("eraser", "touch")` is a visitor at an empty board."""

    def came(board: str, hand: str = "mouse", **options: object) -> Visitor:
        visitor = arrive(**options | ({"has_touch": True} if hand == "touch" else {}))
        visitor.opens(PAGE[board])
        takes_up_the_pen(visitor, board)
        if board == "eraser":
            visitor.named("impute_way").get_by_role("radio", name="None").click()
            expect(visitor.main).to_contain_text("Nothing of this 7 is hidden yet")
        expect(visitor.paper(board)).to_be_visible()
        return visitor

    return came


def takes_up_the_pen(visitor: Visitor, board: str) -> None:
    """Open what is over the page, where the board lies there."""
    if board == "canvas":
        visitor.changes_digit()


def is_painted(visitor: Visitor, board: str, *places: tuple[float, float]) -> list[bool]:
    painted = visitor.painted(board)
    return [bool(painted[int(y * len(painted)), int(x * len(painted))]) for x, y in places]


def leaves_and_comes_back(visitor: Visitor, board: str) -> None:
    """The board then shows what the server has of it."""
    visitor.follows("Scoreboard", "scoreboard")
    visitor.follows(LABEL[board], PAGE[board])
    takes_up_the_pen(visitor, board)
    expect(visitor.paper(board)).to_have_count(1)
    visitor.waits_until(lambda: visitor.ink(board), bool)


@by_mouse_and_touch
@both_boards
def test_a_stroke_may_begin_anywhere_and_is_as_it_was_when_the_visitor_comes_back(
    come, board: str, hand: str
):
    visitor = come(board, hand)
    visitor.draws(FROM_EDGES, board, hand=hand)
    assert all(is_painted(visitor, board, *(stroke[0] for stroke in FROM_EDGES)))
    for places in visitor.places(PARALLEL, board):
        visitor.moves(places, hand)
        visitor.page.wait_for_timeout(100)
    assert all(is_painted(visitor, board, (0.3, 0.5), (0.7, 0.5)))
    before = visitor.painted(board)
    leaves_and_comes_back(visitor, board)
    visitor.waits_until(lambda: likeness(before, visitor.painted(board)), lambda share: share > 0.99)
    visitor.sees_no_failure()


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    """The share of the painted pixels that both have."""
    return (one & other).sum() / (one | other).sum()


@by_mouse_and_touch
@both_boards
def test_a_tap_draws_a_dot_that_can_be_taken_back(come, board: str, hand: str):
    visitor = come(board, hand)
    ((place,),) = visitor.places([[MIDDLE]], board)
    (visitor.page.mouse.click if hand == "mouse" else visitor.page.touchscreen.tap)(*place)
    visitor.waits_until(lambda: is_painted(visitor, board, MIDDLE), all)
    if board == "canvas":
        expect(visitor.ways).to_contain_text("no more than a dot")
    else:
        expect(visitor.main).to_contain_text("On this 7, the model")
    expect(visitor.complaints).to_have_count(0)
    undo(visitor, board)
    visitor.waits_until(lambda: visitor.ink(board), lambda ink: not ink)


@both_boards
def test_clear_can_be_taken_back_and_so_can_each_stroke(come, board: str):
    visitor = come(board)
    visitor.draws(PARALLEL, board)
    visitor.sees_it_ready()
    leaves_and_comes_back(visitor, board)
    ink = visitor.waits_until(lambda: visitor.ink(board), bool)
    framed = visitor.source(FRAMED) if board == "canvas" else None
    visitor.named(f"{board}_clear").get_by_role("button").click()
    visitor.waits_until(lambda: visitor.ink(board), lambda ink: not ink)
    if board == "canvas":
        expect(visitor.ways).to_contain_text("The board is empty")
    expect(visitor.complaints).to_have_count(0)
    undo(visitor, board)
    visitor.waits_until(lambda: visitor.ink(board), ink.__eq__)
    assert framed is None or visitor.source(FRAMED) == framed
    undo(visitor, board)
    visitor.waits_until(lambda: is_painted(visitor, board, (0.3, 0.5), (0.7, 0.5)), [True, False].__eq__)
    undo(visitor, board)
    visitor.waits_until(lambda: visitor.ink(board), lambda ink: not ink)
    expect(visitor.named(f"{board}_undo").get_by_role("button")).to_be_disabled()


def undo(visitor: Visitor, board: str) -> None:
    visitor.sees_it_ready()
    visitor.named(f"{board}_undo").get_by_role("button").click()


@both_boards
def test_a_link_right_after_the_pen_has_left_loses_no_stroke(come, board: str):
    visitor = come(board)
    for stroke, pause_ms in zip(PARALLEL, (0, 100), strict=True):
        visitor.draws([stroke], board)
        visitor.page.wait_for_timeout(pause_ms)
        visitor.follows("Compress", "compress")
        if board == "canvas":
            expect(visitor.picture("your drawing, framed in 28 by 28 pixels")).to_be_visible()
            takes_up_the_pen(visitor, board)
            visitor.waits_until(lambda place=stroke[0]: is_painted(visitor, board, place), all)
        visitor.follows(LABEL[board], PAGE[board])
        takes_up_the_pen(visitor, board)
        visitor.waits_until(lambda place=stroke[0]: is_painted(visitor, board, place), all)
    visitor.waits_until(lambda: is_painted(visitor, board, (0.3, 0.5), (0.7, 0.5)), all)
    visitor.sees_no_failure()


@both_boards
def test_undo_right_after_the_pen_has_left_takes_back_the_last_stroke_alone(come, board: str):
    visitor = come(board)
    visitor.draws(PARALLEL, board)
    visitor.named(f"{board}_undo").get_by_role("button").click()
    visitor.waits_until(lambda: is_painted(visitor, board, (0.3, 0.5), (0.7, 0.5)), [True, False].__eq__)


@pytest.mark.parametrize(
    ("board", "path"),
    [("canvas", ""), ("canvas", "anomaly?utm_source=chat"), ("eraser", "impute")],
)
def test_the_board_stands_still_through_thirty_strokes_a_tap_undo_and_clear(
    visitor: Visitor, board: str, path: str
):
    name, _, query = path.partition("?")
    visitor.opens(name, query and f"?{query}")
    if name:
        takes_up_the_pen(visitor, board)
    thirty = visitor.places([[(x, 0.2), (x, 0.8)] for x in np.linspace(0.1, 0.9, 30)], board)
    visitor.page.evaluate(WATCH, CANVAS.format(board))
    for i, places in enumerate(thirty):
        visitor.moves(places)
        visitor.page.wait_for_timeout(60 * (i % 5))
    visitor.sees_it_ready()
    assert visitor.page.evaluate("window.places.size") == 1, visitor.page.evaluate("[...window.places]")
    assert visitor.ink(board) > 1000
    visitor.page.evaluate(WATCH, BOX.format(board))
    visitor.draws([[MIDDLE]], board)
    for button in ("undo", "clear", "undo"):
        visitor.sees_it_ready()
        visitor.named(f"{board}_{button}").get_by_role("button").click()
    visitor.sees_it_ready()
    assert visitor.page.evaluate("window.places.size") == 1, visitor.page.evaluate("[...window.places]")


@both_boards
def test_a_board_is_large_and_has_no_toolbar_neither_for_the_pen_nor_for_the_keyboard(come, board: str):
    visitor = come(board)
    assert visitor.paper(board).bounding_box()["width"] == WIDTH[board]
    for _ in range(2):
        expect(visitor.paper(board)).to_have_count(1)
        toolbar = visitor.named(f"{board}_").locator(".dc-toolbar")
        visitor.paper(board).hover()
        expect(toolbar).to_be_hidden()
        assert not toolbar.evaluate(
            """it => [...it.querySelectorAll("button")].some(button => {
                button.focus();
                return it.getRootNode().activeElement === button;
            })"""
        )
        visitor.draws([[MIDDLE, (0.6, 0.6)]], board)
        undo(visitor, board)  # which builds the canvas anew
        visitor.waits_until(lambda: visitor.ink(board), lambda ink: not ink)


@pytest.mark.parametrize("width", [390, 320])
@both_boards
def test_on_a_phone_the_board_takes_the_width_there_is(come, board: str, width: int):
    visitor = come(board, viewport={"width": width, "height": 700}, **PHONE)
    paper = visitor.paper(board).bounding_box()
    most = {"canvas": min(320, width - 42), "eraser": width - 32}[board]  # the first is over the page
    assert paper["width"] == paper["height"] == pytest.approx(most, abs=1)
    assert paper["x"] >= 0 and paper["x"] + paper["width"] <= width
    pen = visitor.named(f"{board}_pen").bounding_box()
    tools = [visitor.named(f"{board}_{tool}").bounding_box() for tool in ("undo", "clear")]
    assert tools[0]["x"] == pen["x"] == pytest.approx(paper["x"], abs=1)
    assert tools[1]["x"] + tools[1]["width"] == pytest.approx(paper["x"] + paper["width"], abs=1)
    assert pen["width"] == pytest.approx(paper["width"], abs=1)
    visitor.draws([[(0.2, 0.4), (0.8, 0.4)]], board, hand="touch")
    painted = visitor.waits_until(lambda: visitor.painted(board), np.any)
    rows, columns = (np.flatnonzero(painted.any(axis=axis)) / len(painted) for axis in (1, 0))
    assert [rows.mean(), columns.mean()] == pytest.approx([0.4, 0.5], abs=0.005)
    visitor.sees_no_failure()


@both_boards
def test_a_touch_that_the_system_ends_keeps_its_ink(come, board: str):
    visitor = come(board, "touch")
    (places,) = visitor.places([PARALLEL[0]], board)
    visitor.moves(places, "touch", end="touchCancel")
    visitor.waits_until(lambda: is_painted(visitor, board, (0.3, 0.5)), all)
    leaves_and_comes_back(visitor, board)
    visitor.waits_until(lambda: is_painted(visitor, board, (0.3, 0.5)), all)


def test_the_board_stands_still_where_a_link_brought_the_digit(arrive: Callable[..., Visitor]):
    sender, friend = arrive(), arrive()
    sender.opens()
    sender.draws(STROKES["two"])
    url = sender.waits_until(lambda: sender.page.url, re.compile("digit=").search)
    friend.opens("denoise", "?" + url.partition("?")[2])
    friend.changes_digit()
    friend.places([], "canvas")
    friend.paper().hover(trial=True)  # once what unfolds has come to rest
    friend.page.evaluate(WATCH, CANVAS.format("canvas"))
    for stroke in PARALLEL:
        friend.draws([stroke])
    expect(friend.picture("your drawing, framed in 28 by 28 pixels")).to_be_visible()
    friend.sees_it_ready()
    assert friend.page.evaluate("window.places.size") == 1
