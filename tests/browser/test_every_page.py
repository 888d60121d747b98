"""Every page by its address, in both themes, on a laptop and on a phone; and under absurd addresses."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from streamlit.proto.BackMsg_pb2 import BackMsg

from tests.browser.visitor import APP, PAGES, PHONE, Visitor, title

SHOTS = Path(__file__).with_name("shots")
BACKGROUNDS = {"dark": "rgb(20, 19, 26)", "light": "rgb(255, 255, 255)"}
N_LINKS = len(PAGES)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_opened_by_its_address_is_whole_in_both_themes(arrive: Callable[..., Visitor], path: str):
    visitor = arrive(color_scheme="dark")
    runs = asked_runs(visitor)
    visitor.opens(path)
    expect(visitor.page).to_have_title(APP if not path else f"{title(path)} · {APP}")
    expect(visitor.sidebar.get_by_role("link")).to_have_count(N_LINKS)
    expect(visitor.sidebar.get_by_role("link").first).to_be_in_viewport()
    for theme in BACKGROUNDS:
        changes_theme(visitor, theme)
        is_whole(visitor, f"{path or 'home'}-{theme}")
    assert len(runs) == 1  # what runs a page again can undo a click on a link


@pytest.mark.parametrize("path", PAGES)
def test_a_page_opened_by_its_address_is_whole_on_a_phone(arrive: Callable[..., Visitor], path: str):
    visitor = arrive(**PHONE)
    visitor.opens(path)
    visitor.waits_until(lambda: sideways(visitor), lambda found: found == [])
    visitor.page.get_by_test_id("stExpandSidebarButton").click()
    expect(visitor.sidebar.get_by_role("link")).to_have_count(N_LINKS)
    expect(visitor.sidebar.get_by_role("link").first).to_be_in_viewport()
    visitor.page.get_by_test_id("stSidebarCollapseButton").get_by_role("button").click()
    is_whole(visitor, f"{path or 'home'}-phone")


def asked_runs(visitor: Visitor) -> list[BackMsg]:
    """Every run of a page that the browser asks the server for, from now on."""
    runs: list[BackMsg] = []

    def look(frame: str | bytes) -> None:
        said = BackMsg.FromString(frame) if isinstance(frame, bytes) else BackMsg()
        if said.HasField("rerun_script"):
            runs.append(said)

    visitor.page.on("websocket", lambda socket: socket.on("framesent", look))
    return runs


def changes_theme(visitor: Visitor, theme: str) -> None:
    """Have the page painted in another theme, to the end of every fade."""
    visitor.page.emulate_media(color_scheme=theme)
    expect(visitor.page.get_by_test_id("stApp")).to_have_css("background-color", BACKGROUNDS[theme])
    visitor.page.wait_for_function("() => !document.getAnimations().some(it => it instanceof CSSTransition)")


def is_whole(visitor: Visitor, name: str) -> None:
    """Pictures with names, no complaint, no barrier; its picture is kept under a name."""
    expect(visitor.main.get_by_role("img").first).to_be_visible()
    visitor.waits_until(lambda: unnamed_pictures(visitor), lambda unnamed: unnamed == [])
    expect(visitor.complaints).to_have_count(0)
    visitor.sees_no_failure()
    take_picture(visitor, SHOTS / f"{name}.png")
    assert barriers(visitor) == []


def unnamed_pictures(visitor: Visitor) -> list[str]:
    """Pictures that say nothing to those who cannot see them."""
    return visitor.page.locator("img").evaluate_all(
        "pictures => pictures.filter(it => !it.alt).map(it => it.outerHTML)"
    )


# What axe finds in Streamlit's own markup, which no page can change: the rule, and exactly where.
STREAMLITS_OWN = {
    # Boxes that scroll sideways without a place to focus. A formula's holds nothing to scroll to but the
    # hidden MathML; a table's, on a phone, Chromium and Firefox scroll by the keyboard as it is.
    "scrollable-region-focusable": ".katex-display, [data-testid=stTable] > div",
}


def barriers(visitor: Visitor) -> list[str]:
    """What axe calls serious or critical, in all that the pages can change."""
    found = Axe().run(visitor.page).response["violations"]
    return [
        f"{barrier['id']}: {node['html'][:200]} {node['failureSummary']}"
        for barrier in found
        if barrier["impact"] in ("serious", "critical")
        for node in barrier["nodes"]
        if not is_streamlits_own(visitor, barrier["id"], node["target"])
    ]


def is_streamlits_own(visitor: Visitor, rule: str, target: list[str]) -> bool:
    return rule in STREAMLITS_OWN and visitor.page.evaluate(
        "([target, own]) => document.querySelector(target).matches(own)", [target[0], STREAMLITS_OWN[rule]]
    )


def sideways(visitor: Visitor) -> list[str]:
    """What makes a page scroll sideways."""
    return visitor.page.evaluate(
        """() => ["html", "[data-testid=stMain]"]
            .map(name => document.querySelector(name))
            .filter(it => it.scrollWidth > it.clientWidth)
            .flatMap(it => [...it.querySelectorAll("*")])
            .filter(it => it.getBoundingClientRect().right > innerWidth + 1)
            .map(it => `${it.tagName} ${it.className} ${it.innerText?.slice(0, 40)}`)"""
    )


def take_picture(visitor: Visitor, file: Path) -> None:
    """The whole page, however long."""
    file.parent.mkdir(exist_ok=True)
    visitor.sees_it_whole()
    height = visitor.main.evaluate("it => it.scrollHeight")
    width, window = (visitor.page.viewport_size[side] for side in ("width", "height"))
    visitor.page.set_viewport_size({"width": width, "height": height + 40})
    visitor.sees_it_whole()
    visitor.page.screenshot(path=file)
    visitor.page.set_viewport_size({"width": width, "height": window})


SCRIPT = quote("\0<script>window.taken=1</script><img src=x onerror='window.taken=1'>")


@pytest.mark.parametrize("path", ["", "impute"])
@pytest.mark.parametrize(
    "query",
    [
        f"?digit={SCRIPT}&{SCRIPT}={SCRIPT}",
        f"?digit={'Q' * 5000}&n=-1",
        "?digit=..%2F..%2Fetc%2Fpasswd&digit=&=&%ff",
    ],
)
def test_an_absurd_address_is_answered_by_a_sentence_and_runs_nothing(
    visitor: Visitor, path: str, query: str
):
    visitor.opens(path, query)
    expect(visitor.main.get_by_role("img").first).to_be_visible()
    assert visitor.main.get_by_text("ignored").count() + visitor.complaints.count() <= 1
    assert visitor.page.evaluate("window.taken") is None
    for words in ("script", "onerror", "QQQQQQ", "passwd"):
        expect(visitor.main).not_to_contain_text(words)
    visitor.sees_no_failure()


def test_on_a_phone_the_menu_leads_to_another_page_and_closes(arrive: Callable[..., Visitor]):
    visitor = arrive(**PHONE)
    visitor.opens()
    for label, path in (("Compress", "compress"), ("Scoreboard", "scoreboard")):
        visitor.page.get_by_test_id("stExpandSidebarButton").tap()
        expect(visitor.sidebar.locator(".closer[data-ready]")).to_be_attached()
        visitor.sidebar.get_by_role("link", name=label, exact=True).tap()
        visitor.sees_page(path)
        expect(visitor.sidebar.get_by_role("link").first).not_to_be_in_viewport()
    visitor.sees_no_failure()
