"""Find anomalies: is it a digit at all, and if not, which strokes give it away?"""

from collections.abc import Callable

import streamlit as st

from ui.shell import frame, glossary

place = frame.page(
    "Find anomalies",
    "pages/anomaly.py",
    "Draw anything: a digit, a letter, a face. The model turns it into a latent code, "
    f"{glossary.gloss('latent code')}, and redraws it from that code. It has only ever seen digits, so "
    "most other things give themselves away.",
)
with frame.loading():
    import numpy as np
    from torch import Tensor

    import vae
    from ui import anomaly_verdict, failures, reasons, scores
    from ui.anomaly_verdict import Verdict, Word
    from ui.digit import current, digit, digit_input, letters_and_shapes
    from ui.digit.digit import Digit
    from ui.view import charts, pictures, pressable
    from vae.jobs.anomaly_detection import anomaly_parts

COLOURS: dict[Word, str] = {"digit": "green", "odd digit": "orange", "not a digit": "red"}
PAIR, SMALL = 266, 140
N_COLUMNS = 7
REAL = 4  # the class of the one real digit among the letters and shapes
MEASURED = ("framed letters", "doodles", "Fashion-MNIST", "Omniglot letters", "mirrored digits")


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
        "more letters and shapes through. All verdicts on this page follow this setting: a picture that sets "
        "off the alarm is *not a digit*. Any other picture is an *odd digit* if it is stranger than "
        f"{percent(anomaly_verdict.ODD)} of real digits, and a *digit* if it is not.",
    )


def percent(share: float) -> str:
    """A share in words, with no more decimals than it has."""
    return f"{100 * share:g}%"


def show_hero(mine: Digit, found: Verdict, word: Word) -> None:
    """What glows in the drawing, and beside it what the model would have drawn."""
    drawn, redrawn = st.columns(2, wrap=False)
    with drawn:
        surprise = anomaly_verdict.surprise(mine.image)
        show_large(
            pictures.warmed(surprise, mine.image, anomaly_verdict.BRIGHTEST_NATS),
            alt=f"{mine.name}, glowing where its strokes surprise the model",
            caption=f"{mine.subject}; what surprises the model glows",
        )
    with redrawn:
        taken_for = reasons.looks(found, word)
        show_large(
            pictures.colours(anomaly_verdict.nearest(mine.image)),
            alt=f"the closest picture to {mine.name} that the model can draw, {taken_for}",
            caption=f"The closest that the model can draw: {taken_for}",
        )


def show_large(pixels: np.ndarray, *, alt: str, caption: str) -> None:
    """RGB (H, W, 3), as wide as its column."""
    st.image(pictures.address(pixels, PAIR), caption, width="stretch", alt=alt)


def show_verdict(mine: Digit, found: Verdict, word: Word) -> None:
    """One word, and what it rests on."""
    st.metric(f"The model's verdict on {mine.name}", f":{COLOURS[word]}[{word}]")
    st.markdown(reasons.in_short(mine.subject, found, word))
    st.caption(reasons.dare(mine.source in ("drawing", "upload"), word))


def show_ready_made(mine: Digit, alarm: float, n_real: int) -> None:
    """Ready-made letters and shapes, a real digit and this one turned over, each pressed to put it in."""
    names = letters_and_shapes.READY_MADE
    real = digit.from_gallery(REAL)
    over = {
        "Mirrored": turned(mine, letters_and_shapes.mirrored, "this mirror image"),
        "Rotated": turned(mine, letters_and_shapes.upside_down, "this upside-down picture"),
    }
    verdicts = anomaly_verdict.of_ready_made(names)
    caught = sum(found.word(alarm) == "not a digit" for found in verdicts)
    st.markdown(
        "**Try a letter or a shape.** Press one to use it in place of your digit. The alarm catches "
        f"**{caught} of the {len(verdicts)}** letters and shapes; it is a false alarm for "
        f"{anomaly_verdict.n_false_alarms(alarm):,} of {n_real:,} real digits."
    )
    of_real = anomaly_verdict.verdicts([real.image])
    of_turned = anomaly_verdict.verdicts([picture.image for picture in over.values()])
    show_row(
        {name: digit.ready_made(name) for name in names} | {f"A real {REAL}": real} | over,
        [*verdicts, *of_real, *of_turned],
        alarm,
    )
    st.caption(f"The last two are {mine.name}, turned over.")


def turned(mine: Digit, turn: Callable[[Tensor], Tensor], called: str) -> Digit:
    """The digit turned over, to be put in its own place."""
    return digit.from_picture(turn(mine.image), "ready-made", called=called)


def show_row(examples: dict[str, Digit], verdicts: list[Verdict], alarm: float) -> None:
    """Pictures to press, each with its verdict, and what it is to the model where it passes."""
    grid = st.grid(N_COLUMNS, min_column_width=84, gap="xsmall", width=N_COLUMNS * (pressable.SIDE + 8))
    for (name, picture), found in zip(examples.items(), verdicts, strict=True):
        word = found.word(alarm)
        passing = f": read as {reasons.looks(found, word)}" if word != "not a digit" else ""
        with grid.cell(), st.container(width=pressable.SIDE, gap="xsmall"):
            pressable.show(
                picture.image,
                name,
                alt=f"{name}: {found.words}",
                key=f"anomaly_{name}",
                on_click=current.keep,
                args=(picture,),
            )
            st.caption(f"**{word}**{passing}")


def show_reason(mine: Digit, found: Verdict, word: Word) -> None:
    """The part of the score that speaks loudest, and what the closest picture leaves out or adds."""
    st.markdown(reasons.why(mine.name, found, word, anomaly_verdict.excess(mine.image)))
    if word != "digit":
        st.caption(
            "One standard deviation is how much real digits usually differ from one another in this respect."
        )
    nearest = anomaly_verdict.nearest(mine.image)
    with st.container(horizontal=True, gap="small"):
        pictures.show(mine.image, alt=f"{mine.name} to compare", width=SMALL, caption=mine.subject)
        pictures.show(
            nearest, alt=f"the closest picture to {mine.name}, to compare", width=SMALL, caption="The closest"
        )
        pictures.difference(
            nearest,
            mine.image,
            alt=f"the difference between {mine.name} and the closest picture",
            width=SMALL,
            caption="The difference",
        )
    st.caption("In the difference, blue was left out and orange was added.")


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
    others = scores.measured("Anomaly detection", *MEASURED)
    st.caption(
        "How well this score tells digits from other pictures, against the best other score, was measured "
        f"on test digits by AUROC ({glossary.gloss('AUROC')}): {others}."
    )


def show_failure(alarm: float) -> None:
    """Letters, and a 6 upside down, whose strokes a digit could have."""
    names = letters_and_shapes.LOOKALIKES
    six = turned(digit.from_gallery(6), letters_and_shapes.upside_down, "this upside-down 6")
    verdicts = [*failures.judged(), *anomaly_verdict.verdicts([six.image])]
    fooled = sum(found.word(alarm) != "not a digit" for found in verdicts)
    frame.where_it_fails(
        "A letter with the shape of a digit passes for that digit: the model judges the shape and "
        f"cannot know what was meant. **{fooled} of these {len(verdicts)}** set off no alarm."
    )
    show_row({name: digit.ready_made(name) for name in names} | {"6 turned": six}, verdicts, alarm)


pressable.style()
mine = digit_input.chip(place)
hero, side = frame.split(2 * PAIR + 16)
with side:
    verdict = st.container()
    alarm = choose_alarm()
with frame.sentence():
    (found,) = anomaly_verdict.verdicts([mine.image])
    word = found.word(alarm)
    with verdict:
        show_verdict(mine, found, word)
    with hero:
        show_hero(mine, found, word)
    show_ready_made(mine, alarm, found.n_real)
    frame.section("Why this verdict", "anomaly_why", show_reason, mine, found, word)
    frame.section("Where it stands among real digits", "anomaly_scores", show_needle, mine, found, alarm)

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
    code=(vae.anomaly_score, anomaly_parts),
)
with frame.sentence():
    show_failure(alarm)
