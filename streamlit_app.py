"""Home: draw once, see all five jobs done."""

from collections.abc import Callable
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ui.shell import frame

frame.page(
    frame.APP,
    "streamlit_app.py",
    "One small neural network learned how digits are written, and nothing else. "
    "That alone lets it **compress**, **invent**, **clean**, **judge** and **complete** yours.",
)
with frame.loading():
    from ui import anomaly_verdict, completions, failures, mask, naming, noises, rates
    from ui.digit import digit_input, letters_and_shapes
    from ui.digit.digit import Digit
    from ui.network import strip
    from ui.shell import ahead, load, turns
    from ui.view import card_link, latent_map, pictures

N_BYTES = 16
AHEAD = (
    failures.denoised,
    failures.compressed,
    failures.completed,
    failures.generated,
    failures.judged,
    partial(anomaly_verdict.of_ready_made, letters_and_shapes.READY_MADE),
)
WIDTH = 96
MAP, MAP_SIDE = "home_map", 236


def think(mine: Digit) -> None:
    strip.show(mine, key="home_strip")


def compress(mine: Digit) -> None:
    code, decoded = rates.code(mine.image, N_BYTES), rates.coded(mine.image, N_BYTES)
    pictures.strip([mine.image, decoded.image], alts=[mine.name, "decoded from its code"], width=WIDTH)
    st.markdown(f"{mine.subject} in **{len(code)} bytes** instead of 784.")


def denoise(mine: Digit) -> None:
    noisy, clean, before_db, after_db = noises.cleaned(mine.image, noises.HEAVY)
    pictures.strip([noisy, clean], alts=["under heavy noise", "cleaned by the model"], width=WIDTH)
    share, became = noises.share_removed(before_db, after_db), naming.became(mine.image, clean)
    st.markdown(
        (f"**{share:.0%} of the noise** is gone." if share > 0 else "There is **more noise** than before.")
        + (f" But it now looks like **{became}**." if became else "")
    )


def find_anomalies(mine: Digit) -> None:
    (found,) = anomaly_verdict.verdicts([mine.image])
    with st.container(horizontal=True, gap="xsmall"):
        pictures.heat_over(
            anomaly_verdict.surprise(mine.image),
            mine.image,
            alt="where the strokes surprise",
            highest=anomaly_verdict.BRIGHTEST_NATS,
            width=WIDTH,
        )
        pictures.show(
            anomaly_verdict.nearest(mine.image), alt="the closest that the model can draw", width=WIDTH
        )
    st.markdown(f"**{found.word().capitalize()}**: {found.rank}.")


def fill_in(mine: Digit) -> None:
    known = mask.observed(mask.LEFT)
    completed = completions.one(mine.image, known).samples[0, 0]
    with st.container(horizontal=True, gap="xsmall"):
        pictures.partly_hidden(mine.image, known, alt="its left half hidden", width=WIDTH)
        pictures.show(completed, alt="completed by the model", width=WIDTH)
    (name,) = naming.names(completed[None])
    st.markdown(f"The left half was hidden; the model makes it **{naming.said(name)}**.")


def generate(mine: Digit) -> None:
    latent_map.show(mine, key=MAP, side=MAP_SIDE, legend=False)
    st.markdown(
        f"Every point on this map is a digit; “you” is {mine.name}, placed by two of the "
        f"{load.model().config.latent_dim} numbers that describe it. **Move over the map.**"
    )


def card(cell: DeltaGenerator, mine: Digit, page: str, title: str, job: Callable[[Digit], None]) -> None:
    """One job's live result, which leads to its page."""
    with card_link.begin(cell, page, title), frame.sentence():
        job(mine)


card_link.style(MAP)
left, right = frame.split()
with left:
    mine = digit_input.choose()
with right, turns.turn():
    card(st.container(border=True), mine, "pages/how_it_works.py", "Watch it think", think)
    grid = st.grid(2, min_column_width=200, border=True)
    card(grid.cell(), mine, "pages/compress.py", "Compress", compress)
    card(grid.cell(), mine, "pages/denoise.py", "Denoise", denoise)
    card(grid.cell(), mine, "pages/impute.py", "Fill in", fill_in)
    card(grid.cell(), mine, "pages/anomaly.py", "Is it a digit?", find_anomalies)
    card(grid.cell(column_span=2), mine, "pages/generate.py", "Invent new ones", generate)
with st.container(horizontal=True, vertical_alignment="center"):
    st.markdown("**Dare it:**", width="content")
    frame.link("pages/compress.py", "Find the fewest bytes that still read as your digit")
    frame.link("pages/anomaly.py", "Break it: pass off a doodle as a digit")
ahead.begin(AHEAD)
