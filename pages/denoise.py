"""Denoise: noise over the visitor's digit, removed by the model and by classical filters."""

import streamlit as st

from ui.shell import frame, glossary

place = frame.page(
    "Remove the noise",
    "pages/denoise.py",
    "Bury your digit in noise. The model knows how digits are written, so it can tell strokes from specks.",
)
with frame.loading():
    import vae
    from ui import comparison, naming, noises, scores
    from ui.digit import digit, digit_input, letters_and_shapes
    from ui.digit.digit import Digit
    from ui.shell.again import again
    from ui.view import before_after, charts, pictures
    from vae.posterior.inference import more_draws, posterior_draws

WIDTH, SMALL = 168, 92
OOD_LETTER, SOME_NOISE = "W", vae.Noise("gaussian", 0.25)
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


def show_setting(mine: Digit) -> tuple[int, bool]:
    """The seed of the noise, and whether the model has to estimate kind and amount."""
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        seed = again("New noise", key="denoise_new")
        blind = st.toggle(
            "Blind",
            key="denoise_blind",
            bind="query-params",
            help="The model is told neither the kind nor the amount of noise; it has to estimate both.",
        )
    pictures.show(mine.image, alt=f"{mine.name} without noise", width=WIDTH)
    st.caption(f"{mine.subject} without noise")
    return seed, blind


def show_result(mine: Digit, noise: vae.Noise, seed: int, *, blind: bool) -> None:
    """What was removed, before and after in one picture, and the filters' answers."""
    assumed = noises.estimate(mine.image, noise, seed) if blind else noise
    ours, *filters, untouched = entries = noises.outcome(mine.image, noise, assumed, seed)
    became = naming.became(mine.image, ours.image)
    st.markdown(noises.verdict(mine.name, entries, became), help=glossary.help_on("dB"))
    if blind:
        st.markdown(noises.estimated(noise, assumed))
    before_after.show(
        before_after.Side(untouched.image, f"{mine.name} under noise", f"under noise: {untouched.words}"),
        before_after.Side(ours.image, f"{mine.name}, cleaned by the model", f"cleaned: {ours.words}"),
        label=f"How much of {mine.name} is shown under noise; the rest is shown cleaned",
        key="denoise_pair",
        width=frame.HERO_WIDTH,
        slider=slider_of(noise.kind),
        at_its_steps=noises.painted(mine.image, noise.kind, seed),
    )
    st.header("Against classical filters", anchor=False)
    comparison.show([ours, *filters], comparison.PSNR, width=SMALL, has_winner=became is None)
    st.caption(
        "The share of noise removed is counted in squared error. The figures in dB are the PSNR "
        f"({glossary.gloss('PSNR')}). SSIM compares structure and is 1 for a perfect copy. Under heavy noise "
        f"there is a stronger baseline ({glossary.gloss('baseline')}): it averages all training digits, "
        "which this app does not hold. The model against the best baseline, on test digits: "
        f"{scores.measured('Denoising', 'gaussian 0.5', 'gaussian 1')}."
    )


@st.fragment
def show_curve(mine: Digit, noise: vae.Noise, seed: int) -> None:
    """All methods over the levels of this kind of noise, computed once somebody opens it."""
    box = st.expander(
        "At other levels of noise",
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
        st.caption("Every method is told the noise. Higher is better.")


def show_failure() -> None:
    """A letter, which filters clean better, and a digit that drowns in noise."""
    letter = letters_and_shapes.picture(OOD_LETTER)
    entries = noises.outcome(letter, SOME_NOISE, SOME_NOISE, seed=0)
    frame.where_it_fails(
        "The model knows nothing but digits; a filter does not care what it cleans. "
        + noises.verdict(f"the letter {OOD_LETTER} under {noises.describe(SOME_NOISE)}", entries)
    )
    comparison.show(entries, comparison.PSNR, width=SMALL)
    st.markdown(
        f"And where noise drowns the strokes, the model invents some. Below, the same {DREAM_LABEL} is put "
        f"under {noises.describe(DREAM_NOISE)} {N_DREAMS} times. The model returns whichever digits would "
        f"explain the specks, alone or blended, and not always a {DREAM_LABEL}."
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


left, right = frame.split()
with left:
    first = st.container()
    mine = digit_input.chip(place)
with first:
    noise = choose_noise()
    seed, blind = show_setting(mine)
with right, frame.sentence():
    show_result(mine, noise, seed, blind=blind)
    show_curve(mine, noise, seed)

frame.what_is_happening(
    f"Each digit has a latent code: {glossary.gloss('latent code')}. From the noisy picture the encoder "
    f"predicts a posterior ({glossary.gloss('posterior')}). Codes are drawn from it, and each is weighted by "
    "how well its digit, under this noise, explains the picture; as many again are drawn near those that "
    "fitted best. The power *T* keeps a few codes from outweighing all the others. "
    "For each code, a pixel is a compromise between what was seen and what the decoder expects: the less "
    "noise, the more what was seen counts. The decoder's errors run along whole edges, so each pixel also "
    "helps to correct its neighbours. "
    "In blind mode the model tries every kind and many levels of noise, and keeps the one that makes the "
    "picture most probable.",
    r"\begin{gathered}\hat x = \sum_s w_s\, \mathbb{E}[x \mid \text{noisy}, z_s] \\"
    r"w_s \propto \left(\frac{p(\text{noisy} \mid z_s)\, p(z_s)}"
    r"{q(z_s \mid \text{noisy})}\right)^{T} \\"
    r"\mathbb{E}[x \mid \text{noisy}, z] = \frac{\sum_g g\, v_g}{\sum_g v_g} \\"
    r"v_g = p(\text{noisy} \mid g)\, p(g \mid z) \\"
    r"T \le 1, \quad g\text{: grey levels}\end{gathered}",
    code=(vae.denoise, posterior_draws, more_draws),
)
with frame.sentence():
    show_failure()
