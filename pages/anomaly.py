"""Find anomalies: is it a digit at all, and if not, which strokes give it away?"""

from collections.abc import Sequence

import streamlit as st

from ui.shell import frame, glossary

frame.page(
    "Find anomalies",
    "pages/anomaly.py",
    "Draw anything: a digit, a letter, a face. The model turns it into a latent code, "
    f"{glossary.gloss('latent code')}, and redraws it from that code. It has only ever seen digits, so "
    "anything else gives itself away.",
)
with frame.loading():
    import vae
    from ui import anomaly_verdict, reasons, scores
    from ui.anomaly_verdict import Verdict, Word
    from ui.digit import current, digit, digit_input, letters_and_shapes
    from ui.digit.digit import Digit
    from ui.shell import source
    from ui.view import charts, pictures, pressable
    from vae.jobs.anomaly_detection import anomaly_parts

COLOURS: dict[Word, str] = {"digit": "green", "odd digit": "orange", "not a digit": "red"}
WIDTH = 156
MEASURED = ("framed letters", "doodles", "Fashion-MNIST", "Omniglot letters", "mirrored digits")


def show_verdict(mine: Digit, found: Verdict, word: Word) -> None:
    """One word, what it rests on, and what the model would have drawn."""
    st.metric(f"The model's verdict on {mine.name}", f":{COLOURS[word]}[{word}]")
    st.markdown(f"{mine.subject} is **{found.words}**. {reasons.why(mine.name, found, word)}")
    if word != "digit":
        st.caption(
            "One standard deviation is how much real digits usually differ from one another in this respect."
        )
    nearest = anomaly_verdict.nearest(mine.image)
    with st.container(horizontal=True, gap="small"):
        pictures.show(mine.image, alt=f"{mine.name} to compare", width=WIDTH, caption=mine.subject)
        pictures.show(
            nearest,
            alt=f"the closest picture to {mine.name} that the model can draw, {reasons.looks(found, word)}",
            width=WIDTH,
            caption="The closest that the model can draw",
        )
        pictures.difference(
            nearest,
            mine.image,
            alt=f"the difference between {mine.name} and the closest picture",
            width=WIDTH,
            caption="The difference: blue was left out, orange was added",
        )


def choose_alarm() -> float:
    """The share of real digits that may set off the alarm."""
    return st.select_slider(
        "Sound the alarm for this share of real digits",
        anomaly_verdict.ALARMS,
        anomaly_verdict.ALARM,
        format_func=percent,
        key="anomaly_alarm",
        bind="query-params",
        help="Each of these real digits is a false alarm. A smaller share gives fewer false alarms, but lets "
        "more letters and shapes through. All verdicts on this page follow this setting: what sets off the "
        "alarm is *not a digit*; what does not, but is stranger than "
        f"{percent(anomaly_verdict.ODD)} of real digits, is an *odd digit*; everything else is a *digit*.",
    )


def percent(share: float) -> str:
    """A share in words, with no more decimals than it has."""
    return f"{100 * share:g}%"


def show_needle(mine: Digit, found: Verdict, alarm: float) -> None:
    """The score among those of real digits, and the line from which the alarm sounds."""
    threshold = anomaly_verdict.threshold_for(alarm)
    figure = charts.histogram(
        anomaly_verdict.reference(),
        found.score,
        x="anomaly score; higher is stranger",
        needle_label=mine.name,
    )
    charts.mark(figure, threshold, label="alarm", side="left" if found.score >= threshold else "right")
    charts.show(
        figure,
        alt=f"Scores of {found.n_real:,} real digits; {mine.name} at {found.score:.2f}, {found.words}; "
        f"the alarm sounds from {threshold:.2f}",
        height=220,
    )


def show_alarm(alarm: float, n_real: int, others: list[Verdict]) -> None:
    """What the alarm costs among real digits and catches among letters and shapes."""
    caught = sum(other.word(alarm) == "not a digit" for other in others)
    st.markdown(
        "Whatever sets off the alarm is called *not a digit*. At this setting it is a false alarm for "
        f"{anomaly_verdict.n_false_alarms(alarm):,} of {n_real:,} real digits, and it catches "
        f"**{caught} of the {len(others)}** letters and shapes below."
    )


def show_examples(mine: Digit, judged: list[Verdict], alarm: float) -> None:
    """Ready-made letters and shapes and this digit turned over, each pressed to put it in."""
    st.header("Try a letter or a shape", anchor=False)
    turned = [
        digit.from_picture(letters_and_shapes.mirrored(mine.image), "ready-made", called="this mirror image"),
        digit.from_picture(
            letters_and_shapes.upside_down(mine.image), "ready-made", called="this upside-down picture"
        ),
    ]
    examples = dict(
        zip(letters_and_shapes.READY_MADE, ready_made(letters_and_shapes.READY_MADE), strict=True)
    )
    examples |= {"Mirrored": turned[0], "Rotated": turned[1]}
    show_row(examples, [*judged, *anomaly_verdict.verdicts([picture.image for picture in turned])], alarm)
    st.caption(f"Press one to use it in place of your digit. The last two are {mine.name}, turned over.")
    others = scores.measured("Anomaly detection", *MEASURED)
    st.caption(
        "How well this score tells digits from other pictures, against the best other score, was measured "
        f"on test digits by AUROC ({glossary.gloss('AUROC')}): {others}."
    )


def ready_made(names: Sequence[str]) -> list[Digit]:
    """Letters and shapes, to be put in the digit's place."""
    return [digit.ready_made(name) for name in names]


def show_row(examples: dict[str, Digit], judged: list[Verdict], alarm: float) -> None:
    """Pictures to press, each with its verdict, and what it is to the model where it passes."""
    with st.container(horizontal=True, gap="xsmall"):
        for (name, picture), found in zip(examples.items(), judged, strict=True):
            word = found.word(alarm)
            passing = f": read as {reasons.looks(found, word)}" if word != "not a digit" else ""
            with st.container(width=pressable.SIDE, gap="xsmall"):
                pressable.show(
                    picture.image,
                    name,
                    alt=f"{name}: {found.words}",
                    key=f"anomaly_{name}",
                    on_click=current.keep,
                    args=(picture,),
                )
                st.caption(f"**{word}**{passing}")


def show_failure(alarm: float) -> None:
    """Letters, and a 6 upside down, whose strokes a digit could have."""
    lookalike = dict(
        zip(letters_and_shapes.LOOKALIKES, ready_made(letters_and_shapes.LOOKALIKES), strict=True)
    )
    six = letters_and_shapes.upside_down(digit.from_gallery(6).image)
    lookalike["6 turned"] = digit.from_picture(six, "ready-made", called="this upside-down 6")
    judged = anomaly_verdict.verdicts([picture.image for picture in lookalike.values()])
    fooled = sum(found.word(alarm) != "not a digit" for found in judged)
    frame.where_it_fails(
        "A letter with the shape of a digit passes for that digit: the model judges the shape and "
        f"cannot know what was meant. **{fooled} of these {len(judged)}** set off no alarm."
    )
    show_row(lookalike, judged, alarm)


pressable.style()
left, right = frame.split()
with left:
    mine = digit_input.choose()
with right:
    verdict = st.container()
    alarm = choose_alarm()
with right, frame.sentence():
    (found,) = anomaly_verdict.verdicts([mine.image])
    with verdict:
        show_verdict(mine, found, found.word(alarm))
    show_needle(mine, found, alarm)
    judged = anomaly_verdict.verdicts(
        [letters_and_shapes.picture(name) for name in letters_and_shapes.READY_MADE]
    )
    show_alarm(alarm, found.n_real, judged)
    show_examples(mine, judged, alarm)

frame.what_is_happening(
    "A picture that is not a digit gives itself away in two ways: its code is unusual, or the code leaves "
    "much of the picture unexplained. The first part of the score is how far the code *z* lies from the "
    f"centre of the prior ({glossary.gloss('prior')}); *u*(*z*) is the code in coordinates in which that "
    "prior is equally wide in every direction. The second part is how badly the closest picture *x′* "
    f"predicts the pixels of *x*, measured by KL ({glossary.gloss('KL')}) and divided by the length of the "
    "outline. It is measured on the pictures as they are and on blurred copies, *x̃* and *x̃′*: after "
    "blurring, a stroke half a pixel off hardly matters, but a wrong shape still does. Each part is divided "
    "by *s*, its standard deviation over held-out digits, and the two are added.",
    r"\begin{gathered}\text{code}(x) = \mathbb{E}_{q(z \mid x)} \lVert u(z) \rVert^2 \\"
    r"\text{picture}(x) = \sqrt{\frac{\mathrm{KL}(x \,\Vert\, x')"
    r" + 4\, \mathrm{KL}(\tilde x \,\Vert\, \tilde x')}{\text{outline}(x) + 40}} \\"
    r"\text{score}(x) = \frac{\text{code}(x)}{s_1} + \frac{\text{picture}(x)}{s_2}\end{gathered}",
)
source.show(vae.anomaly_score, anomaly_parts)
with frame.sentence():
    show_failure(alarm)
