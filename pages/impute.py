"""Fill in: hide a part of the digit, and the model completes it in several ways."""

import streamlit as st

from ui.shell import frame, glossary

place = frame.page(
    "Fill in what is missing",
    "pages/impute.py",
    "Hide part of your digit. The model knows how digits go on, and offers several ways to complete it.",
)
with frame.loading():
    from torch import Tensor

    from ui import comparison, completions, failures, mask, naming, scores
    from ui.completions import Group
    from ui.digit import digit_input, eraser
    from ui.digit.digit import Digit
    from ui.formats import gif
    from ui.shell import load
    from ui.view import morph, pictures
    from vae import Imputation, impute
    from vae.baselines import classical
    from vae.posterior.inference import more_draws, posterior_draws

N_SHOWN, N_SHOWN_OF_FAILURE = 8, 5
FILM, STILL, FILM_WIDTH = "impute_film", "impute_still", 280
FILM_STYLE = f"""<style>
.st-key-{FILM} img {{ image-rendering: pixelated }}
@media (prefers-reduced-motion: reduce) {{ .st-key-{FILM} {{ display: none }} }}
@media not (prefers-reduced-motion: reduce) {{ .st-key-{STILL} {{ display: none }} }}
</style>"""
WIDTH, LARGE, SMALL = 98, 112, 84


def choose_hidden() -> mask.Mask:
    """The part that is hidden at once."""
    way = st.segmented_control(
        "Hide",
        list(mask.NAMES),
        default=mask.TOP,
        required=True,
        format_func=mask.NAMES.__getitem__,
        key="impute_way",
        bind="query-params",
    )
    share = 80
    if way == mask.RANDOM:
        share = st.slider(
            "Share of pixels hidden", 10, 95, share, 5, "%d %%", "impute_share", bind="query-params"
        )
    st.caption("Paint over the digit to erase more.")
    return mask.observed(way, share / 100)


def show_film(groups: list[Group], average: Tensor) -> None:
    """The completions fading into each other, or their average where nothing is to move."""
    images = [image for _, image in completions.filmstrip(groups, N_SHOWN)]
    with st.container(horizontal=True, gap="small"):
        film, words = st.container(width=FILM_WIDTH), st.container()
        with words:
            plays = st.toggle("Play the film", value=True, key="impute_plays", bind="query-params")
            st.caption("All in one place: what moves, or is blurred, is what the model is not sure of.")
        with film:
            if plays:
                st.html(FILM_STYLE)
                with st.container(key=FILM):
                    alt = "film: the completions, each fading into the next"
                    st.image(gif.address(morph.round_trip(images)), width=FILM_WIDTH, alt=alt)
            with st.container(key=STILL):
                pictures.show(average, alt="all completions, blended into one", width=FILM_WIDTH)


def show_parts(mine: Digit, known: mask.Mask, filled: Imputation) -> None:
    """What the model saw, the average, where completions differ, and what was really there."""
    with st.container(horizontal=True, gap="xsmall"):
        pictures.partly_hidden(mine.image, known, alt="what the model saw", width=LARGE, caption="Seen")
        pictures.show(filled.mean[0], alt="average of all completions", width=LARGE, caption="Average")
        pictures.heat(
            filled.std[0], alt="where completions differ", highest=0.5, width=LARGE, caption="Uncertainty"
        )
        pictures.show(mine.image, alt="what was really there", width=LARGE, caption="The truth")
    st.caption(
        "What a completion looks like is judged by comparison with "
        f"{len(load.gallery().labels)} held-out digits; judged by one another, these digits are named "
        f"correctly in {naming.accuracy():.0%} of cases."
    )


def show_baselines(mine: Digit, known: mask.Mask, average: Tensor) -> None:
    """The average beside what classical methods make of the hidden part."""
    entries = mask.attempts(mine, known, average, classical.INPAINTERS)
    st.markdown(mask.compared(mine.name, entries))
    comparison.show(entries, comparison.RMSE)
    st.caption(
        f"The error is the RMSE ({glossary.gloss('RMSE')}). A stronger baseline "
        f"({glossary.gloss('baseline')}) needs all training digits, which this app does not hold. The model "
        "against the best baseline, on test digits: "
        f"{scores.measured('Imputation', 'top half', 'left half')}."
    )


def show_filmstrip(groups: list[Group], n: int, *, width: int) -> None:
    """Completions, those of the likeliest digit first, with the weight of each digit under the first."""
    shown = completions.filmstrip(groups, n)
    labels = [group.label for group, _ in shown]
    pictures.strip(
        [image for _, image in shown],
        alts=[f"completion {i + 1} of {n}, it looks like {group.name}" for i, (group, _) in enumerate(shown)],
        captions=[
            f"{group.short} · {group.weight}" if labels.index(group.label) == i else group.short
            for i, (group, _) in enumerate(shown)
        ],
        width=width,
    )


def show_failure() -> None:
    """A digit that the model mistakes once its middle is hidden."""
    known = mask.observed(failures.PART)
    image, groups = failures.completed()
    name, n = f"this {failures.LABEL}", completions.n_like(failures.LABEL, groups)
    frame.where_it_fails(
        f"The middle of {name} is hidden, and what is left could just as well belong to another digit. "
        f"{completions.verdict(name, groups)} {n or 'None'} of them {'looks' if n < 2 else 'look'} "
        f"like the {failures.LABEL} that it was. "
        "What was hidden cannot be known for certain; the model can only say how likely each completion is."
    )
    with st.container(horizontal=True, gap="medium"):
        with st.container(horizontal=True, gap="xsmall", width=2 * SMALL + 8):
            pictures.show(image, alt=f"the whole {failures.LABEL}", width=SMALL, caption="truth")
            pictures.partly_hidden(image, known, alt="what is left of it", width=SMALL, caption="seen")
        with st.container(width=N_SHOWN_OF_FAILURE * (SMALL + 8)):
            show_filmstrip(groups, N_SHOWN_OF_FAILURE, width=SMALL)


mine = digit_input.chip(place)
hero, side = frame.split(frame.HERO_WIDTH)
with side:
    verdict = st.empty()
    hidden = choose_hidden()
    film = st.container()
with hero:
    known = eraser.erased(mine, hidden)
with frame.sentence():
    if known.all():
        verdict.markdown(f"Nothing of {mine.name} is hidden yet: paint over it, or choose a part to hide.")
    else:
        filled, groups = completions.of(mine.image, known)
        in_truth = f" In truth, it is {naming.said(mine.label)}." if mine.label is not None else ""
        verdict.markdown(completions.verdict(mine.name, groups) + in_truth)
        with film:
            show_film(groups, filled.mean[0])
        show_filmstrip(groups, N_SHOWN, width=WIDTH)
        st.caption(
            "The most likely digit comes first, with its most typical completion. The percentage is the "
            f"share of all {completions.N} completions that look like that digit."
        )
        frame.section("Seen, average, uncertainty and truth", "impute_parts", show_parts, mine, known, filled)
        frame.section(
            "Against classical methods", "impute_others", show_baselines, mine, known, filled.mean[0]
        )

frame.what_is_happening(
    f"Each digit has a latent code: {glossary.gloss('latent code')}. The encoder is told which pixels are "
    f"known, and predicts a posterior ({glossary.gloss('posterior')}). Codes are drawn from it and, the less "
    f"is seen, from the prior ({glossary.gloss('prior')}); more are drawn near those that fitted best. Each "
    "counts by how well it explains the visible pixels, and is decoded; visible pixels then help to correct "
    "their hidden neighbours. The power *T* keeps a few codes from outweighing all the others. "
    "Each completion is one such digit. Their average has the smallest expected error; their spread shows "
    "how uncertain the model is.",
    r"p(x_\text{hidden} \mid x_\text{seen}) \approx \sum_s w_s\, p(x_\text{hidden} \mid z_s)",
    r"w_s \propto \left(\frac{p(x_\text{seen} \mid z_s)\, p(z_s)}"
    r"{q(z_s)}\right)^{T}, \; T \le 1",
    code=(impute, posterior_draws, more_draws),
)
with frame.sentence():
    show_failure()
