"""The network in the browser: the same figures as torch, as quick as the pen, nothing asked of the server."""

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
import torch
from playwright.sync_api import Locator, expect

import vae
from tests.browser.test_every_page import sideways
from tests.browser.visitor import MOVING, STROKES, Visitor
from ui.network import scripts, weights

AS_FRAMED = 0.01  # mean difference of pixels
AS_TORCH = 0.001  # mean difference, of numbers of the code and of pixels
PICTURES_A_SECOND = {
    "stroke": 30,
    "bar": 50,
}  # goals, on an idle machine; a busy one must reach a part of them
BUSY = 0.25
QUIET_MS = 1500


@pytest.fixture
def still(arrive: Callable[..., Visitor]) -> Visitor:
    """A visitor at the page, everything shown."""
    visitor = arrive()
    visitor.opens("how_it_works")
    expect(stage(visitor, "picture")).to_have_class(re.compile("now"))
    visitor.sees_it_whole()
    return visitor


def network(visitor: Visitor) -> Locator:
    return visitor.main.locator(".network")


def stage(visitor: Visitor, name: str) -> Locator:
    return network(visitor).locator(f".stage[data-name={name}]")


def picture(visitor: Visitor) -> str:
    return network(visitor).locator("canvas.picture").evaluate("canvas => canvas.toDataURL()")


def test_encoder_and_decoder_are_those_of_torch(visitor: Visitor):
    images = vae.load_gallery().images[::15]
    visitor.page.goto(f"{visitor.address}/_stcore/health")
    encoded, cut, drawn = run_in_browser(visitor, images)
    model = vae.load_model()
    with torch.inference_mode():
        q = model.encode(images)
        std = (q.logvar / 2).exp()
        close(encoded["mean"], q.mean)
        close(encoded["std"], std)
        close(encoded["picture"], model.decode(q.mean).sigmoid().flatten(1))
        close(cut["picture"], model.decode(q.mean[:, :5]).sigmoid().flatten(1))
        z = q.mean + 1.5 * 0.3 * std
        z[:, 7] = -2
        close(drawn["z"], z)
        close(drawn["picture"], model.decode(z).sigmoid().flatten(1))


def run_in_browser(visitor: Visitor, images: torch.Tensor) -> list[dict[str, list[list[float]]]]:
    """What the worker says of each image: its mean decoded, five numbers of it, a code drawn and moved."""
    K = vae.load_model().config.latent_dim
    plain = {"noise": [0.3] * K, "scale": 0, "moved": {}, "kept": K}
    codes = [plain, plain | {"kept": 5}, plain | {"scale": 1.5, "moved": {7: -2}}]
    return visitor.page.evaluate(
        """async ([source, url, images, codes]) => {
            const worker = new Worker(URL.createObjectURL(new Blob([source])));
            const ask = (question) => new Promise((answered) => {
                worker.onmessage = ({ data }) => answered(data);
                worker.postMessage(question);
            });
            await ask({ url: new URL(url, location.origin).href });
            const answers = codes.map(() => ({ mean: [], std: [], z: [], picture: [] }));
            for (const image of images) {
                for (const [i, code] of codes.entries()) {
                    const said = await ask({ image: i ? undefined : Float32Array.from(image), code });
                    for (const name in answers[i]) answers[i][name].push([...said[name]]);
                }
            }
            return answers;
        }""",
        [scripts.WORKER, f"/{weights.url()}", images.flatten(1).tolist(), codes],
    )


def close(ours: list[list[float]], truth: torch.Tensor) -> None:
    difference = (torch.tensor(ours) - truth).abs().mean().item()
    print(f"mean difference {difference:.1e}")
    assert difference <= AS_TORCH


@pytest.mark.parametrize("name", ["two", "four", "seven"])
def test_strokes_are_framed_as_the_server_frames_them(visitor: Visitor, name: str):
    visitor.page.goto(f"{visitor.address}/_stcore/health")
    framed = visitor.page.evaluate(
        f"""strokes => {{
            {scripts.joined("paint", "framing")}
            return [...frame(null, strokes.map((it) => it.map(([x, y]) => [SIDE * x, SIDE * y])))];
        }}""",
        STROKES[name],
    )
    truth = vae.frame_strokes(STROKES[name]).flatten()
    difference = (torch.tensor(framed) - truth).abs().mean().item()
    print(f"{name}: mean difference {difference:.4f}")
    assert difference <= AS_FRAMED


def test_a_framed_digit_stays_where_it_is_under_a_speck(visitor: Visitor):
    digit = vae.load_gallery().images[0].flatten()
    visitor.page.goto(f"{visitor.address}/_stcore/health")
    speck = [[[14, 10], [14.1, 10]]]
    framed = visitor.page.evaluate(
        f"""([digit, speck]) => {{
            {scripts.joined("paint", "framing")}
            return [frame(digit, []), frame(Float32Array.from(digit), speck)].map((it) => [...it]);
        }}""",
        [digit.tolist(), speck],
    )
    alone, with_speck = ((torch.tensor(it) - digit).abs() for it in framed)
    assert alone.max() < 1e-6
    assert with_speck.mean() <= AS_FRAMED


def test_it_plays_once_and_the_keyboard_scrubs(arrive: Callable[..., Visitor]):
    visitor = arrive(**MOVING)
    visitor.opens("how_it_works")
    expect(stage(visitor, "picture")).to_have_class(re.compile("asleep"))
    seen: list[str] = []
    expect(network(visitor).get_by_role("button", name="Pause", exact=True)).to_be_visible()
    visitor.waits_until(lambda: seen.append(now(visitor)) or now(visitor), "picture".__eq__)
    assert len(set(seen)) > 5, "it jumped"
    expect(network(visitor).get_by_role("button", name="Play", exact=True)).to_be_visible()
    expect(network(visitor).locator(".stage.asleep")).to_have_count(0)

    scrub = network(visitor).get_by_role("slider", name="Step through the network")
    sentences = []
    for key in ("Home", "ArrowRight", "ArrowRight", "ArrowRight", "End"):
        scrub.press(key)
        name = now(visitor)
        sentences.append(network(visitor).locator(".caption").inner_text())
        expect(scrub).to_have_attribute("aria-valuetext", re.compile(re.escape(sentences[-1].split("\n")[0])))
        assert name in ("board", "framed", "e0", "e1", "picture")
    assert len(set(sentences)) == 5
    network(visitor).get_by_role("button", name="Play", exact=True).click()
    expect(network(visitor).locator(".stage.asleep").first).to_be_attached()
    network(visitor).locator("canvas.board").click()
    expect(network(visitor).locator(".stage.asleep")).to_have_count(0)
    visitor.sees_no_failure()


def now(visitor: Visitor) -> str:
    return network(visitor).locator(".stage.now").get_attribute("data-name") or ""


def test_every_stage_says_one_sentence_on_hover_and_on_focus(still: Visitor):
    stages = network(still).locator(".stage").all()
    assert len(stages) > 12
    for each in stages:
        words = each.get_attribute("data-words")
        each.focus()
        expect(network(still).locator(".caption")).to_contain_text(words)
        expect(each).to_have_attribute("aria-label", re.compile(re.escape(words)))
    for each in stages:
        each.hover(position={"x": 3, "y": 3})
        expect(network(still).locator(".caption")).to_contain_text(each.get_attribute("data-words"))
    unnamed = network(still).locator("canvas:not([aria-label])")
    expect(unnamed).to_have_count(0)


def test_a_stroke_and_a_bar_change_the_picture_without_the_server(arrive: Callable[..., Visitor]):
    visitor = arrive()
    sent: list[Any] = []
    visitor.page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    visitor.opens("how_it_works")
    expect(stage(visitor, "picture")).to_have_class(re.compile("now"))
    visitor.sees_it_whole()
    visitor.page.wait_for_timeout(QUIET_MS)
    sent.clear()
    network(visitor).get_by_role("button", name="Clear", exact=True).click()
    looks = [picture(visitor)]
    board = network(visitor).locator("canvas.board").bounding_box()
    assert board
    for stroke in STROKES["two"]:
        places = [(board["x"] + x * board["width"], board["y"] + y * board["height"]) for x, y in stroke]
        visitor.page.mouse.move(*places[0])
        visitor.page.mouse.down()
        for place in places[1:]:
            visitor.page.mouse.move(*place, steps=3)
            looks.append(visitor.waits_until(lambda: picture(visitor), lambda seen: seen != looks[-1]))
        visitor.page.mouse.up()
    assert len(set(looks)) > 4

    bar = network(visitor).get_by_role("slider", name="Number 1", exact=True).bounding_box()
    assert bar
    visitor.page.mouse.move(bar["x"] + bar["width"] / 2, bar["y"] + bar["height"] * 0.5)
    visitor.page.mouse.down()
    for share in (0.3, 0.2, 0.7):
        visitor.page.mouse.move(bar["x"] + bar["width"] / 2, bar["y"] + bar["height"] * share)
        looks.append(visitor.waits_until(lambda: picture(visitor), lambda seen: seen != looks[-1]))
    visitor.page.mouse.up()
    second = network(visitor).get_by_role("slider", name="Number 2", exact=True)
    visitor.page.keyboard.press("ArrowRight")
    expect(second).to_be_focused()
    for _ in range(40):
        visitor.page.keyboard.press("ArrowUp")
    visitor.waits_until(lambda: picture(visitor), lambda seen: seen != looks[-1])
    visitor.page.wait_for_timeout(QUIET_MS)
    assert not sent
    visitor.sees_no_failure()


def test_epsilon_sigma_and_the_cut_change_the_picture(still: Visitor):
    looks = [picture(still)]
    network(still).get_by_role("button", name="Draw ε again").click()
    looks.append(still.waits_until(lambda: picture(still), lambda seen: seen != looks[-1]))
    for label, key in (("σ ×", "Home"), ("Keep the first", "Home")):
        network(still).get_by_role("slider", name=label).press(key)
        looks.append(still.waits_until(lambda: picture(still), lambda seen: seen != looks[-1]))
    assert all(before != after for before, after in pairwise(looks))
    network(still).get_by_role("button", name="Clear", exact=True).click()
    looks.append(still.waits_until(lambda: picture(still), lambda seen: seen != looks[-1]))
    network(still).get_by_role("button", name="Start again", exact=True).click()
    still.waits_until(lambda: picture(still), looks[-2].__eq__)


@pytest.mark.parametrize("what", PICTURES_A_SECOND)
def test_pictures_a_second(still: Visitor, what: str):
    best = max(still.page.evaluate(FOLLOW, [what, 600]) for _ in range(8))
    goal = PICTURES_A_SECOND[what]
    print(f"{what}: {best:.0f} pictures a second; the goal is {goal}")
    assert best >= BUSY * goal


FOLLOW = """async ([what, length]) => {
    const roots = [...document.querySelectorAll("*")].map((it) => it.shadowRoot);
    const root = roots.find((it) => it?.querySelector(".network"));
    const picture = root.querySelector(".picture").getContext("2d");
    const board = root.querySelector(".board");
    const bar = root.querySelector(".bar");
    const box = board.getBoundingClientRect();
    const pen = (kind, i) => {
        const [x, y] = [0.5 + 0.3 * Math.sin(i / 9), 0.2 + (0.6 * (i % 200)) / 200];
        const place = { clientX: box.left + x * box.width, clientY: box.top + y * box.height };
        board.dispatchEvent(new PointerEvent(kind, { pointerId: 1, bubbles: true, ...place }));
    };
    board.setPointerCapture = () => {};
    board.hasPointerCapture = () => true;
    if (what === "stroke") pen("pointerdown", 0);
    let [seen, last] = [0, ""];
    const start = performance.now();
    for (let i = 1; performance.now() - start < length; i++) {
        await new Promise(requestAnimationFrame);
        if (what === "stroke") pen("pointermove", i);
        else {
            bar.value = 3 * Math.sin(i / 20);
            bar.dispatchEvent(new Event("input", { bubbles: true }));
        }
        const pixels = picture.getImageData(0, 0, 28, 28).data.join();
        seen += pixels !== last;
        last = pixels;
    }
    return (1000 * seen) / (performance.now() - start);
}"""


@pytest.mark.parametrize("width", [390, 360])
def test_it_is_whole_on_a_phone_and_in_one_column(arrive: Callable[..., Visitor], width: int):
    visitor = arrive(viewport={"width": width, "height": 844}, has_touch=True, is_mobile=True)
    visitor.opens("how_it_works")
    expect(stage(visitor, "picture")).to_have_class(re.compile("now"))
    visitor.sees_it_whole()
    assert sideways(visitor) == []
    tops = []
    for name in ("board", "e0", "e3", "code", "map", "d0", "d3", "picture"):
        box = stage(visitor, name).bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= width
        tops.append(box["y"])
    assert tops == sorted(tops)
    for name in ("board", "picture"):
        box = network(visitor).locator(f"canvas.{name}").bounding_box()
        assert box and box["width"] >= 280
    expect(network(visitor).get_by_role("button", name="Play", exact=True)).to_be_in_viewport()


def test_on_a_small_laptop_the_two_pictures_stand_side_by_side_above_the_network(
    arrive: Callable[..., Visitor],
):
    visitor = arrive(viewport={"width": 1024, "height": 768})
    visitor.opens("how_it_works")
    expect(stage(visitor, "picture")).to_have_class(re.compile("now"))
    boxes = []
    for name in ("board", "picture"):
        canvas = network(visitor).locator(f"canvas.{name}")
        expect(canvas).to_be_in_viewport(ratio=1)
        boxes.append(canvas.bounding_box())
    board, painted = boxes
    assert board["y"] == painted["y"] and board["x"] < painted["x"]
    assert min(board["width"], painted["width"]) >= 280
    expect(stage(visitor, "e0").locator("canvas").first).to_be_in_viewport(ratio=1)
    assert sideways(visitor) == []
