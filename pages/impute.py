"""Fill in: hide a part of the digit, and the model completes it in several ways."""

import streamlit as st

from ui.shell import frame, glossary

place = frame.page(
    "Fill in what is missing",
    "pages/impute.py",
    "Hide part of your digit. The model knows how digits go on, and offers several ways to complete it.",
)
with frame.loading():
    from ui import comparison, completions, mask, naming, scores
    from ui.completions import Group
    from ui.digit import digit_input, eraser
    from ui.digit.digit import Digit
    from ui.shell import load
    from ui.view import pictures
    from vae import impute
    from vae.baselines import classical
    from vae.posterior.inference import more_draws, posterior_draws

FAILURE = 4
N_SHOWN, N_SHOWN_OF_FAILURE = 8, 5
WIDTH, SMALL = 112, 70


def choose_hidden(mine: Digit) -> mask.Mask:
    """What the model may not see: a part hidden at once, and what is erased by hand."""
    way = st.segmented_control(
        "Hide",
        mask.WAYS,
        default=mask.TOP,
        required=True,
        key="impute_way",
        bind="query-params",
    )
    share = 80
    if way == mask.RANDOM:
        share = st.slider(
            "Share of pixels hidden", 10, 95, share, 5, "%d %%", "impute_share", bind="query-params"
        )
    st.caption("Paint over the digit to erase more.")
    return eraser.erased(mine, mask.observed(way, share / 100))


def show_completions(mine: Digit, known: mask.Mask) -> None:
    """What the model finds likely, in words, as a filmstrip, as an average and as uncertainty."""
    filled, groups = completions.of(mine.image, known)
    in_truth = f" In truth, it is a {mine.label}." if mine.label is not None else ""
    st.markdown(completions.verdict(mine.name, groups) + in_truth)
    show_filmstrip(groups, N_SHOWN, width=WIDTH)
    with st.container(horizontal=True, gap="xsmall"):
        pictures.partly_hidden(mine.image, known, alt="what the model saw", width=WIDTH, caption="Seen")
        pictures.show(filled.mean[0], alt="average of all completions", width=WIDTH, caption="Average")
        pictures.heat(
            filled.std[0], alt="where completions differ", highest=0.5, width=WIDTH, caption="Uncertainty"
        )
        pictures.show(mine.image, alt="what was really there", width=WIDTH, caption="The truth")
    st.caption(
        "The most likely digit comes first, with its most typical completion. The percentage is the share of "
        f"all {completions.N} completions that look like that digit. What a completion looks like is judged "
        f"by comparison with {len(load.gallery().labels)} held-out digits; judged by one another, "
        f"these digits are named correctly in {naming.accuracy():.0%} of cases."
    )
    st.header("Against classical methods", anchor=False)
    entries = mask.attempts(mine, known, filled.mean[0], classical.INPAINTERS)
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
    """A digit that the model mistakes once its upper half is hidden."""
    known = mask.observed(mask.TOP)
    image, groups = completions.first_miss(FAILURE, known)
    name, n = f"this {FAILURE}", completions.n_like(FAILURE, groups)
    frame.where_it_fails(
        f"The upper half of {name} is hidden, and what is left could also be the end of another digit. "
        f"{completions.verdict(name, groups)} {n or 'None'} of them {'looks' if n < 2 else 'look'} "
        f"like the {FAILURE} that it was. "
        "What was hidden cannot be known for certain; the model can only say how likely each completion is."
    )
    with st.container(horizontal=True, gap="xsmall"):
        pictures.show(image, alt=f"the whole {FAILURE}", width=SMALL, caption="truth")
        pictures.partly_hidden(image, known, alt="its lower half", width=SMALL, caption="seen")
    show_filmstrip(groups, N_SHOWN_OF_FAILURE, width=SMALL)


left, right = frame.split()
with left:
    first = st.container()
    mine = digit_input.chip(place)
with first:
    known = choose_hidden(mine)
with right, frame.sentence():
    if known.all():
        st.markdown(f"Nothing of {mine.name} is hidden yet: paint over it, or choose a part to hide.")
    else:
        show_completions(mine, known)

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
