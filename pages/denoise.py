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
    from ui import comparison, failures, naming, noises, scores
    from ui.comparison import Entry
    from ui.digit import digit, digit_input
    from ui.digit.digit import Digit
    from ui.shell.again import again
    from ui.view import before_after, charts, pictures
    from ui.view.before_after import Side
    from vae.posterior.inference import more_draws, posterior_draws

TRUTH, SMALL = 112, 92
DREAM_NOISE = vae.Noise("gaussian", 1.5)
DREAM_LABEL, N_DREAMS = 2, 5


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


def choose_draw() -> tuple[int, bool]:
    """The seed of the noise, and whether the model has to estimate kind and amount."""
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        seed = again("New noise", key="denoise_new")
        blind = st.toggle(
            "Blind",
            key="denoise_blind",
            bind="query-params",
            help="The model is told neither the kind nor the amount of noise; it has to estimate both.",
        )
    return seed, blind


def show_hero(mine: Digit, noise: vae.Noise, seed: int, ours: Entry, untouched: Entry) -> None:
    """The noisy and the cleaned digit in one frame; the noise follows its slider while that is dragged."""
    before_after.show(
        Side(untouched.image, f"{mine.name} under noise", "under noise"),
        Side(ours.image, f"{mine.name}, cleaned by the model", "cleaned"),
        label=f"How much of {mine.name} is shown under noise; the rest is shown cleaned",
        key="denoise_pair",
        width=frame.HERO_WIDTH,
        slider=slider_of(noise.kind),
        at_its_steps=noises.painted(mine.image, noise.kind, seed),
    )


def show_filters(entries: list[Entry], became: str | None) -> None:
    """The model's answer beside the filters' and the noisy picture itself."""
    st.caption(
        f"The figures in dB ({glossary.gloss('dB')}) are the PSNR ({glossary.gloss('PSNR')}). SSIM compares "
        "structure and is 1 for a perfect copy."
    )
    comparison.show(entries, comparison.PSNR, width=SMALL, has_winner=became is None)
    st.caption(
        "The share of noise removed is counted in squared error. Under heavy noise there is a stronger "
        f"baseline ({glossary.gloss('baseline')}): it averages all training digits, which this app does not "
        "hold. The model against the best baseline, on test digits: "
        f"{scores.measured('Denoising', 'gaussian 0.5', 'gaussian 1')}."
    )


def show_curve(mine: Digit, noise: vae.Noise, seed: int) -> None:
    """All methods over the levels of this kind of noise."""
    levels = noises.LEVELS[noise.kind]
    curves = noises.curves(mine.image, noise.kind, levels, seed)
    st.markdown(noises.defeats(mine.name, noise.kind, levels, curves))
    st.caption(f"Every method is told the noise. PSNR: {glossary.gloss('PSNR')}. dB: {glossary.gloss('dB')}.")
    figure = charts.curves(
        (levels, curves.pop(comparison.OURS)),
        {name: (levels, values) for name, values in curves.items()},
        x=noises.AXES[noise.kind],
        y="PSNR in dB",
    )
    charts.mark(figure, noise.level, label="now")
    charts.show(figure, alt=f"PSNR of every method on {mine.name}, from little noise to much")


def show_dreams() -> None:
    """A digit that drowns in noise, and the digits that the model makes of it."""
    st.markdown(
        f"Here the same {DREAM_LABEL} is put {N_DREAMS} times under {noises.describe(DREAM_NOISE)}. The "
        "model returns whichever digits would explain the specks, alone or blended, and not always a "
        f"{DREAM_LABEL}."
    )
    truth = digit.from_gallery(DREAM_LABEL).image
    noisy, dreams = noises.dreams(truth, DREAM_NOISE, N_DREAMS)
    names = [f"try {i + 1}" for i in range(N_DREAMS)]
    for images, state in ((noisy, "noisy"), (dreams, "cleaned")):
        pictures.strip(
            [truth, *images],
            alts=["the truth", *[f"{name}, {state}" for name in names]],
            captions=["truth", *names],
        )


@st.fragment
def show_job(mine: Digit) -> None:
    """The digit under the visitor's noise, and cleaned; another noise redraws nothing else of the page."""
    hero, side = frame.split(frame.HERO_WIDTH)
    with side:
        verdict = st.empty()
        noise = choose_noise()
        with st.container(horizontal=True, gap="small"):
            with st.container():
                seed, blind = choose_draw()
                estimate = st.empty()
            truth = st.container(width=TRUTH)
    with frame.sentence():
        assumed = noises.estimate(mine.image, noise, seed) if blind else noise
        ours, *_, untouched = entries = noises.outcome(mine.image, noise, assumed, seed)
        with hero:
            show_hero(mine, noise, seed, ours, untouched)
        became = naming.became(mine.image, ours.image)
        verdict.markdown(noises.verdict(mine.name, entries, became))
        if blind:
            estimate.markdown(noises.estimated(noise, assumed))
        with truth:
            pictures.show(mine.image, alt=f"{mine.name} without noise", width=TRUTH, caption="Without noise")
        frame.section("Against classical filters", "denoise_filters", show_filters, entries, became)
        frame.section("At other levels of noise", "denoise_curve", show_curve, mine, noise, seed)


def show_failure() -> None:
    """A letter, which a filter cleans better."""
    ours, *filters, untouched = entries = failures.denoised()
    frame.where_it_fails(
        "The model knows nothing but digits; a filter does not care what it cleans. "
        + noises.verdict(
            f"the letter {failures.LETTER} under {noises.describe(failures.LETTER_NOISE)}", entries
        )
        + f" The figures are in dB ({glossary.gloss('dB')})."
    )
    best = comparison.best(filters, comparison.PSNR)
    comparison.show([ours, best, untouched], comparison.PSNR, width=84)


mine = digit_input.chip(place)
show_job(mine)
frame.section("Where noise drowns the strokes", "denoise_dreams", show_dreams)

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
