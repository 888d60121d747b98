"""Denoise: noise over the visitor's digit, taken off by the model and by three classical filters."""

import streamlit as st

from ui import frame

frame.page(
    "Take off the noise",
    "pages/denoise.py",
    "Bury your digit in noise. The model knows how digits are written, so it can tell strokes from specks.",
)
with frame.loading():
    from torch import Tensor

    import vae
    from ui import charts, contest, digit, load, noises, pictures
    from ui.digit import Digit

WIDTH = 168
DREAM_NOISE = vae.Noise("gaussian", 1.5)
DREAM_LABEL, N_DREAMS = 2, 6


def choose_noise() -> vae.Noise:
    """The visitor's kind of noise and how much of it."""
    kind = st.segmented_control(
        "Kind of noise",
        vae.KINDS,
        default=vae.KINDS[0],
        required=True,
        format_func=noises.NAMES.__getitem__,
        key="denoise_kind",
        persist_state="session",
    )
    if kind == "gaussian":
        return vae.Noise(
            kind,
            st.slider("Strength", 0.05, 1.5, 0.5, 0.05, key="denoise_strength", persist_state="session"),
        )
    share = st.slider("Share of pixels", 5, 90, 30, 5, "%d %%", "denoise_share", persist_state="session")
    return vae.Noise(kind, share / 100)


def new_noise() -> None:
    st.session_state["denoise_seed"] += 1


def show_noisy(mine: Digit, untouched: contest.Entry) -> bool:
    """What all methods get to see; returns whether the model is left to guess the noise."""
    pictures.show(untouched.image, alt=f"{mine.name} under noise", width=280)
    st.caption(f"{mine.subject} under noise: {untouched.words}")
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.button("New noise", icon=":material/casino:", on_click=new_noise, key="denoise_new")
        return st.toggle(
            "Blind",
            key="denoise_blind",
            persist_state="session",
            help="Tell the model neither the kind nor the amount of noise; it has to find out by itself.",
        )


def show_result(
    mine: Digit, noisy: Tensor, noise: vae.Noise, untouched: contest.Entry, *, blind: bool
) -> None:
    """Who did best, our answer beside the truth, and the filters' answers."""
    assumed = vae.estimate_noise(load.model(), noisy)[0] if blind else noise
    clean = vae.denoise(load.model(), noisy, assumed)[0]
    entries = noises.attempts(mine.image, noisy[0], clean, noise)
    st.markdown(verdict(mine, untouched, entries))
    if blind:
        st.markdown(belief(noise, assumed))
    pictures.strip(
        [clean, mine.image],
        alts=[f"{mine.name}, cleaned by the model", f"{mine.name} without noise"],
        captions=["Cleaned by the model", "The truth"],
        width=WIDTH,
    )
    st.subheader("Against classical filters", anchor=False)
    contest.show(entries, lowest_wins=False)


def verdict(mine: Digit, untouched: contest.Entry, entries: list[contest.Entry]) -> str:
    """Who did best on this digit, in one sentence."""
    ours, *filters = entries
    best_filter = contest.winner(filters, lowest_wins=False)
    if contest.winner([untouched, *entries], lowest_wins=False) is untouched:
        return (
            f"So little noise is best **left alone**: untouched, {mine.name} has {untouched.score:.1f} dB; "
            f"the model makes it {ours.score:.1f}, {best_filter.name.lower()} {best_filter.score:.1f}."
        )
    if best_filter.score > ours.score:
        return (
            f"On {mine.name}, **{best_filter.name.lower()} wins**: it gets from {untouched.score:.1f} to "
            f"{best_filter.score:.1f} dB, the model only to {ours.score:.1f}."
        )
    return (
        f"The model brings {mine.name} from {untouched.score:.1f} to **{ours.score:.1f} dB**; "
        f"the best filter, {best_filter.name.lower()}, gets to {best_filter.score:.1f}."
    )


def belief(noise: vae.Noise, assumed: vae.Noise) -> str:
    """What the model believed in blind mode, beside the truth."""
    return (
        f"Told nothing, the model took it for **{noises.describe(assumed)}**; in truth it was "
        f"{noises.describe(noise)}. The filters were told."
    )


@st.fragment
def show_curve(mine: Digit, noise: vae.Noise, seed: int) -> None:
    """All methods over the levels of this kind of noise, computed once somebody opens it."""
    box = st.expander(
        "With more noise and with less",
        icon=":material/show_chart:",
        key="denoise_curve",
        on_change="rerun",
    )
    if not box.open:
        return
    with box:
        levels = noises.LEVELS[noise.kind]
        curves = noises.curves(mine.image, noise.kind, levels, seed)
        figure = charts.curves(
            (levels, curves.pop(contest.OURS)),
            {name: (levels, values) for name, values in curves.items()},
            x=noises.AXES[noise.kind],
            y="PSNR in dB",
        )
        charts.mark(figure, noise.level, label="now")
        charts.show(figure, alt=f"PSNR of every method on {mine.name}, from little noise to much")
        st.caption("Every method is told the noise. Higher is better; 6 dB more halve the error.")


def show_failure() -> None:
    """One digit so deep in noise that the model answers with others."""
    frame.where_it_fails(
        f"Where noise drowns the strokes, the model dreams. Below is the same {DREAM_LABEL} under "
        f"{noises.describe(DREAM_NOISE)}, {N_DREAMS} times, and what the model makes of it: whichever digits "
        f"would explain the specks, alone or blended, and not always a {DREAM_LABEL}."
    )
    truth = digit.from_gallery(DREAM_LABEL).image
    noisy, dreams = noises.dreams(truth, DREAM_NOISE, N_DREAMS)
    names = [f"try {i + 1}" for i in range(N_DREAMS)]
    pictures.strip(
        [truth, *noisy],
        alts=["the truth", *[f"{name}, noisy" for name in names]],
        captions=["truth", *names],
        width=70,
    )
    pictures.strip(
        [truth, *dreams],
        alts=["the truth", *[f"{name}, cleaned" for name in names]],
        captions=["truth", *names],
        width=70,
    )


seed = st.session_state.setdefault("denoise_seed", 0)
left, right = frame.split()
with left:
    mine = digit.current()
    noise = choose_noise()
    noisy = vae.corrupt(mine.batch, noise, seed=seed)
    untouched = noises.entry(noises.UNTOUCHED, noisy[0], mine.image)
    blind = show_noisy(mine, untouched)
    digit.choose_another()
with right, frame.sentence():
    show_result(mine, noisy, noise, untouched, blind=blind)
    show_curve(mine, noise, seed)

frame.what_is_happening(
    "Codes are drawn from what the encoder believes about the noisy picture, each weighted by how well its "
    "digit, under this very noise, explains what is seen. "
    "Under each code a pixel is a compromise between what was seen and what the decoder expects: the less "
    "noise, the more it is the former. "
    "Blind, the model tries every kind and many levels of noise and keeps the one that makes the picture "
    "most probable.",
    r"\begin{gathered}\hat x = \sum_s w_s\, \mathbb{E}[x \mid \text{noisy}, z_s] \\"
    r"w_s \propto \frac{p(\text{noisy} \mid z_s)\, p(z_s)}{q(z_s \mid \text{noisy})} \\"
    r"\mathbb{E}[x \mid \text{noisy}, z] = \frac{v\,\text{noisy} + \sigma^2 p}{v + \sigma^2}"
    r"\text{ if Gaussian}\end{gathered}",
)
with frame.sentence():
    show_failure()
