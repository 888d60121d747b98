"""Denoise: noise over the visitor's digit, taken off by the model and by classical filters."""

import streamlit as st

from ui.shell import frame

frame.page(
    "Take off the noise",
    "pages/denoise.py",
    "Bury your digit in noise. The model knows how digits are written, so it can tell strokes from specks.",
)
with frame.loading():
    import vae
    from ui import comparison, naming, noises, scores
    from ui.digit import digit, digit_input, letters_and_shapes
    from ui.digit.digit import Digit
    from ui.shell import source
    from ui.view import before_after, charts, pictures
    from vae.posterior.inference import more_draws, posterior_draws

WIDTH, SMALL = 168, 92
STRANGER, SOME_NOISE = "W", vae.Noise("gaussian", 0.25)
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
        bind="query-params",
    )
    lowest, *_, highest = noises.STEPS[kind]
    if kind == "gaussian":
        level = st.slider(
            "Strength", lowest, highest, 0.5, noises.STEP, key=slider_of(kind), bind="query-params"
        )
        return vae.Noise(kind, level)
    low, high, step = (round(100 * level) for level in (lowest, highest, noises.STEP))
    share = st.slider("Share of pixels", low, high, 30, step, "%d %%", slider_of(kind), bind="query-params")
    return vae.Noise(kind, share / 100)


def slider_of(kind: str) -> str:
    """The key of the slider that sets how much noise of a kind there is."""
    return "denoise_strength" if kind == "gaussian" else "denoise_share"


def new_noise() -> None:
    st.session_state["denoise_seed"] += 1


def show_setting(mine: Digit) -> bool:
    """New noise, and whether the model is left to guess the noise; returns the latter."""
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.button("New noise", icon=":material/casino:", on_click=new_noise, key="denoise_new")
        blind = st.toggle(
            "Blind",
            key="denoise_blind",
            bind="query-params",
            help="Tell the model neither the kind nor the amount of noise; it has to find out by itself.",
        )
    pictures.show(mine.image, alt=f"{mine.name} without noise", width=WIDTH)
    st.caption(f"{mine.subject} before the noise")
    return blind


def show_result(mine: Digit, noise: vae.Noise, seed: int, *, blind: bool) -> None:
    """What was taken off, before and after in one picture, and the filters' answers."""
    assumed = noises.guess(mine.image, noise, seed) if blind else noise
    ours, *filters, untouched = entries = noises.outcome(mine.image, noise, assumed, seed)
    became = naming.became(mine.image, ours.image)
    st.markdown(noises.verdict(mine.name, entries, became))
    if blind:
        st.markdown(belief(noise, assumed))
    before_after.show(
        before_after.Side(untouched.image, f"{mine.name} under noise", f"under noise: {untouched.words}"),
        before_after.Side(ours.image, f"{mine.name}, cleaned by the model", f"cleaned: {ours.words}"),
        label=f"How much of {mine.name} is shown under noise; the rest is cleaned",
        key="denoise_pair",
        slider=slider_of(noise.kind),
        at_its_steps=noises.painted(mine.image, noise.kind, seed),
    )
    st.header("Against classical filters", anchor=False)
    comparison.show([ours, *filters], comparison.PSNR, width=SMALL, has_winner=became is None)
    st.caption(
        "The noise is counted as squared error. PSNR, in dB, and SSIM, at most 1, grow as it shrinks. Under "
        "much noise a stronger baseline averages all training digits, which are not at hand here. The model "
        "against the best of all, on test digits: "
        f"{scores.measured('Denoising', 'gaussian 0.5', 'gaussian 1')}."
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
        st.markdown(noises.defeats(mine.name, noise.kind, levels, curves))
        figure = charts.curves(
            (levels, curves.pop(comparison.OURS)),
            {name: (levels, values) for name, values in curves.items()},
            x=noises.AXES[noise.kind],
            y="PSNR in dB",
        )
        charts.mark(figure, noise.level, label="now")
        charts.show(figure, alt=f"PSNR of every method on {mine.name}, from little noise to much")
        st.caption("Every method is told the noise. Higher is better; 6 dB more halve the error.")


def show_failure() -> None:
    """A letter, which filters clean better, and a digit that drowns in noise."""
    letter = letters_and_shapes.picture(STRANGER)
    entries = noises.outcome(letter, SOME_NOISE, SOME_NOISE, seed=0)
    frame.where_it_fails(
        "The model knows digits and nothing else; a filter does not care what it cleans. "
        + noises.verdict(f"the letter {STRANGER} under {noises.describe(SOME_NOISE)}", entries)
    )
    comparison.show(entries, comparison.PSNR, width=SMALL)
    st.markdown(
        f"And where noise drowns the strokes, the model dreams. Below is the same {DREAM_LABEL} under "
        f"{noises.describe(DREAM_NOISE)}, {N_DREAMS} times, and what the model makes of it: whichever digits "
        f"would explain the specks, alone or blended, and not always a {DREAM_LABEL}."
    )
    truth = digit.from_gallery(DREAM_LABEL).image
    noisy, dreams = noises.dreams(truth, DREAM_NOISE, N_DREAMS)
    names = [f"try {i + 1}" for i in range(N_DREAMS)]
    for images, state in ((noisy, "noisy"), (dreams, "cleaned")):
        pictures.strip(
            [truth, *images],
            alts=["the truth", *[f"{name}, {state}" for name in names]],
            captions=["truth", *names],
            width=70,
        )


seed = st.session_state.setdefault("denoise_seed", 0)
left, right = frame.split()
with left:
    first = st.container()
    mine = digit_input.choose_another()
with first:
    noise = choose_noise()
    blind = show_setting(mine)
with right, frame.sentence():
    show_result(mine, noise, seed, blind=blind)
    show_curve(mine, noise, seed)

frame.what_is_happening(
    "Codes are drawn from what the encoder believes about the noisy picture, each weighted by how well its "
    "digit, under this very noise, explains what is seen; as many again come from where the first fitted "
    "best. The power *T* keeps a few of them from outweighing all others. "
    "Under each code a pixel is a compromise between what was seen and what the decoder expects: the less "
    "noise, the more it is the former. Where the decoder errs, it errs along a whole edge, so what was "
    "seen of a pixel also corrects its neighbours. "
    "Blind, the model tries every kind and many levels of noise and keeps the one that makes the picture "
    "most probable.",
    r"\begin{gathered}\hat x = \sum_s w_s\, \mathbb{E}[x \mid \text{noisy}, z_s] \\"
    r"w_s \propto \left(\frac{p(\text{noisy} \mid z_s)\, p(z_s)}"
    r"{q(z_s \mid \text{noisy})}\right)^{T} \\"
    r"\mathbb{E}[x \mid \text{noisy}, z] = \frac{\sum_g g\, v_g}{\sum_g v_g} \\"
    r"v_g = p(\text{noisy} \mid g)\, p(g \mid z) \\"
    r"T \le 1, \quad g\text{: grey levels}\end{gathered}",
)
source.show(vae.denoise, posterior_draws, more_draws)
with frame.sentence():
    show_failure()
