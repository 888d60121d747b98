"""Fill in: hide a part of the digit, and the model completes it in several ways."""

import streamlit as st

from ui import frame

frame.page(
    "Fill in what is missing",
    "pages/impute.py",
    "Hide a part of your digit. The model knows how digits go on, so it offers completions, not just one.",
)
with frame.loading():
    import vae
    from ui import contest, digit, hide, load, pictures
    from ui.digit import Digit
    from vae import rivals

N_COMPLETIONS = 8


def choose_hidden(mine: Digit) -> hide.Mask:
    """The visitor's choice of what the model may not see."""
    way = st.segmented_control(
        "Hide",
        hide.WAYS,
        default=hide.TOP,
        required=True,
        key="impute_way",
        persist_state="session",
        help="Brush: paint over the digit. The others need no drawing.",
    )
    if way == hide.BRUSH:
        st.caption("Paint over what you want to hide.")
        return hide.brush(mine)
    share = 80
    if way == hide.RANDOM:
        share = st.slider(
            "Share of pixels hidden", 10, 95, share, 5, "%d %%", "impute_share", persist_state="session"
        )
    known = hide.observed(way, share / 100)
    pictures.partly_hidden(mine.image, known, alt=f"{mine.name} with hidden pixels in grey", width=280)
    return known


def show_completions(mine: Digit, known: hide.Mask) -> None:
    """Eight completions, their average and where they disagree."""
    filled = vae.impute(load.model(), mine.batch, known[None], n_samples=N_COMPLETIONS)
    entries = hide.attempts(mine, known, filled.mean[0], rivals.INPAINTERS)
    st.markdown(_verdict(mine, entries))
    st.caption(f"{N_COMPLETIONS} completions, each as probable as the model believes it to be")
    names = [f"completion {i + 1} of {N_COMPLETIONS}" for i in range(N_COMPLETIONS)]
    pictures.strip(filled.samples[:, 0], alts=names, width=64)
    with st.container(horizontal=True, gap="medium"):
        pictures.partly_hidden(mine.image, known, alt="what the model saw", width=112, caption="Seen")
        pictures.show(filled.mean[0], alt="average of all completions", width=112, caption="Average")
        pictures.heat(
            filled.std[0], alt="where completions differ", highest=0.5, width=112, caption="Uncertainty"
        )
        pictures.show(mine.image, alt="what was really there", width=112, caption="The truth")
    st.subheader("Against classical methods", anchor=False)
    contest.show(entries, lowest_wins=True)


def _verdict(mine: Digit, entries: list[contest.Entry]) -> str:
    best = contest.winner(entries, lowest_wins=True)
    ours = entries[0]
    if best is ours:
        rival = contest.winner(entries[1:], lowest_wins=True)
        return (
            f"On the hidden part of {mine.name}, the model's average is off by **{ours.score:.2f}** a pixel; "
            f"the best classical method, {rival.name.lower()}, by {rival.score:.2f}."
        )
    return (
        f"On the hidden part of {mine.name}, **{best.name.lower()} wins**: it is off by {best.score:.2f} "
        f"a pixel, the model's average by {ours.score:.2f}."
    )


def show_failure() -> None:
    """A 5 without its upper half, which the model takes for an 8."""
    five = digit.from_gallery(5, 5)
    known = hide.observed(hide.TOP)
    filled = vae.impute(load.model(), five.batch, known[None], n_samples=5)
    with st.container(horizontal=True, gap="xsmall"):
        pictures.show(five.image, alt="the whole 5", width=70, caption="truth")
        pictures.partly_hidden(five.image, known, alt="its lower half", width=70, caption="seen")
        for i, sample in enumerate(filled.samples[:, 0]):
            pictures.show(sample, alt=f"completion {i + 1}", width=70, caption=f"{i + 1}")


left, right = frame.split()
with left:
    mine = digit.current()
    known = choose_hidden(mine)
    digit.choose_another()
with right, frame.sentence():
    if known.all():
        st.markdown(f"Nothing of {mine.name} is hidden yet: paint over a part of it, or choose another way.")
    else:
        show_completions(mine, known)

frame.what_is_happening(
    "The encoder is told which pixels are known and returns the codes that could have produced them. "
    "Codes are drawn from that belief, weighted by how well they explain the visible pixels, and decoded. "
    "Each completion is one such digit; their average has the smallest expected error, their spread is the "
    "model's own doubt.",
    r"p(x_\text{hidden} \mid x_\text{seen}) \approx \sum_s w_s\, p(x_\text{hidden} \mid z_s)",
    r"w_s \propto \frac{p(x_\text{seen} \mid z_s)\, p(z_s)}{q(z_s \mid x_\text{seen})}",
)
frame.where_it_fails(
    "The upper half of this 5 is hidden. What is left would also end a 3 or an 8, and that is what the model "
    "draws, every time: sure of itself, and wrong. What is hidden for good cannot be known, and the "
    "completions differ less than they should."
)
with frame.sentence():
    show_failure()
