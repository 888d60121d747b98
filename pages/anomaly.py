"""Find anomalies: is it a digit at all, and if not, which strokes give it away?"""

from collections.abc import Sequence

import streamlit as st

from ui import frame

frame.page(
    "Find anomalies",
    "pages/anomaly.py",
    "Draw anything: a digit, a letter, a face. The model knows nothing but digits; what it cannot describe "
    "in few words is none.",
)
with frame.loading():
    import vae
    from ui import bring, charts, digit, judge, pictures, scores, source, strangers
    from ui.digit import Digit
    from ui.judge import Verdict

HEAT_WIDTH, WIDTH = 224, 70


def show_verdict(mine: Digit, found: Verdict) -> float:
    """Where it surprises, and how it compares with real digits; returns the threshold that is set."""
    st.markdown(
        f"{mine.subject} is **{found.words}**. Where {judge.FALSE_ALARMS:.0%} of them may raise a false "
        f"alarm, the model takes it for {found.opinion}."
    )
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=HEAT_WIDTH):
            pictures.heat_over(
                judge.surprise(mine),
                mine.image,
                alt=f"{mine.name} with the pixels that surprise the model glowing",
                highest=judge.BRIGHTEST_NATS,
                width=HEAT_WIDTH,
                caption="It glows where the model expects no ink, or misses some.",
            )
        with st.container():
            threshold = choose_threshold()
            show_needle(mine, found, threshold)
    return threshold


def choose_threshold() -> float:
    """The score from which the alarm sounds."""
    return st.slider(
        "Sound the alarm from a score of",
        0.0,
        round(2 * judge.reference()[-1], 1),
        round(judge.threshold_for(judge.FALSE_ALARMS), 2),
        0.01,
        "%.2f",
        key="anomaly_threshold",
        bind="query-params",
        help="The score counts the nats that each pixel of ink costs the model; higher is stranger.",
    )


def show_needle(mine: Digit, found: Verdict, threshold: float) -> None:
    """The score among those of real digits, and the line from which the alarm sounds."""
    figure = charts.histogram(
        judge.reference(), found.score, x="score, nats a pixel of ink", needle_label=mine.name
    )
    charts.mark(figure, threshold, label="alarm")
    charts.show(
        figure,
        alt=f"Scores of {found.n_real:,} real digits; {mine.name} at {found.score:.2f}, {found.words}; "
        f"the alarm sounds from {threshold:.2f}",
        height=220,
    )


def show_alarm(mine: Digit, found: Verdict, threshold: float, others: list[Verdict]) -> None:
    """What the threshold means for this digit, for real digits and for the strangers."""
    wrong = judge.n_false_alarms(threshold)
    caught = sum(other.score >= threshold for other in others)
    st.markdown(
        f"**{'Alarm' if found.score >= threshold else 'No alarm'}** for {mine.name}. This threshold gives a "
        f"false alarm for {wrong:,} of {found.n_real:,} real digits ({wrong / found.n_real:.1%}) and catches "
        f"**{caught} of the {len(others)}** letters and shapes below."
    )


def show_strangers(mine: Digit, judged: list[Verdict], threshold: float) -> None:
    """Ready-made strangers and this digit turned over, each with a button that puts it in."""
    st.header("Try a stranger", anchor=False)
    turned = [
        digit.from_picture(strangers.mirrored(mine.image), "ready-made", called="this mirror image"),
        digit.from_picture(
            strangers.upside_down(mine.image), "ready-made", called="this upside-down picture"
        ),
    ]
    stranger = dict(zip(strangers.READY_MADE, ready_made(strangers.READY_MADE), strict=True))
    stranger |= {"Mirrored": turned[0], "Rotated": turned[1]}
    judged = [*judged, *judge.verdicts([picture.image for picture in turned])]
    words = [f"{found.score:.2f} · {'caught' if found.score >= threshold else 'missed'}" for found in judged]
    show_row(stranger, judged, words)
    st.caption(f"A button puts its picture in your digit's place. The last two are {mine.name}, turned over.")
    others = scores.measured("Anomaly detection", "Fashion-MNIST", "Omniglot letters", "mirrored digits")
    st.caption(
        "How well this score and the best of five others tell strangers from digits was measured on test "
        f"digits, as AUROC, the chance that a stranger gets the higher score: {others}."
    )


def ready_made(names: Sequence[str]) -> list[Digit]:
    """Letters and shapes, to be put in the digit's place."""
    return [digit.ready_made(name) for name in names]


def show_row(stranger: dict[str, Digit], judged: list[Verdict], words: list[str]) -> None:
    """Pictures, each with the button that puts it in the digit's place, and a few words."""
    with st.container(horizontal=True, gap="xsmall"):
        for (name, picture), found, said in zip(stranger.items(), judged, words, strict=True):
            with st.container(width=WIDTH + 14, gap="xsmall"):
                pictures.show(picture.image, alt=f"{name}: {found.words}", width=WIDTH)
                st.button(name, key=f"anomaly_{name}", on_click=digit.keep, args=(picture,), width="stretch")
                st.caption(said)


def show_failure() -> None:
    """Letters, and a 6 upside down, whose strokes a digit could have."""
    lookalike = dict(zip(strangers.LOOKALIKES, ready_made(strangers.LOOKALIKES), strict=True))
    six = strangers.upside_down(digit.from_gallery(6).image)
    lookalike["6 turned"] = digit.from_picture(six, "ready-made", called="this upside-down 6")
    judged = judge.verdicts([picture.image for picture in lookalike.values()])
    fooled = sum(found.share < judge.ODD for found in judged)
    frame.where_it_fails(
        "A stranger drawn as some digit could be is none to the model: it judges the shape and cannot know "
        f"the intent. **{fooled} of these {len(judged)}** look no odder to it than nine in ten real digits."
    )
    show_row(lookalike, judged, [f"{found.share:.0%}" for found in judged])
    st.caption("In percent: the share of real digits that are less strange.")


left, right = frame.split()
with left:
    mine = bring.choose()
with right, frame.sentence():
    (found,) = judge.verdicts([mine.image])
    threshold = show_verdict(mine, found)
    judged = judge.verdicts([strangers.picture(name) for name in strangers.READY_MADE])
    show_alarm(mine, found, threshold, judged)
    show_strangers(mine, judged, threshold)

frame.what_is_happening(
    "A digit that the model knows has a short description: a likely code, and pixels that the code explains. "
    "The score is the length of that description, less what the grey values cost any model, for each pixel "
    "of ink, because much ink alone costs much and proves nothing; more ink than digits have does not count. "
    "The heat shows where the cost arises: pixels that differ from what the decoder expects once it has seen "
    "the whole picture.",
    r"\begin{gathered}\text{score}(x) = \frac{-\log p(x) - H(x)}{\min(\text{ink}(x), a) + b} \\"
    r"p(x) \approx \frac1S \sum_s \frac{p(x \mid z_s)\, p(z_s)}{q(z_s \mid x)}\end{gathered}",
)
source.show(vae.anomaly_score, vae.surprise_map)
with frame.sentence():
    show_failure()
