"""Scoreboard: every measured figure beside its baselines', from weights/scores.json alone."""

import re

import streamlit as st

from ui import scores
from ui.shell import frame, glossary
from ui.view import charts
from vae.evaluation.scores import Origin, Point, Row, Scores

OURS = "This model"
RESULTS = {
    "ahead": ":green-badge[:material/check: best]",
    "tied": ":gray-badge[:material/equal: tied]",
    "behind": ":red-badge[:material/close: lost]",
    None: "no baseline",
}
BASELINE_MARKS = ("circle", "square", "triangle-up", "cross", "star", "triangle-down", "pentagon", "hexagon")


def how_it_ended(board: Scores) -> None:
    """The count, then every loss in words."""
    n_contested = len(board.with_outcome("ahead", "tied", "behind"))
    n_lost = len(board.with_outcome("behind"))
    with st.container(horizontal=True, gap="medium"):
        st.metric("Best or tied", f"{n_contested - n_lost} of {n_contested}", width=160)
        st.metric("Lost", f"{n_lost} of {n_contested}", width=160)
        st.metric("Goals reached", f"{board.n_goals_reached()} of {len(board.with_goal())}", width=160)
    st.caption(
        f"A baseline is {glossary.gloss('baseline')}. Goals were set before measuring: a figure to reach, or "
        "to be ahead of the best baseline; for blind denoising, to lose at most 0.7 dB "
        f"({glossary.gloss('dB')}) compared with being told the noise."
    )
    if board.quick:
        st.warning(
            "These figures are from the quick mode: a rehearsal on few digits, not figures to quote.",
            icon=":material/speed:",
        )
    st.header("Where we lose", anchor=False)
    losses = losses_in_words(board)
    st.markdown(losses or "In none of the cases below.", help=glossary.help_on(losses))
    if misses := misses_in_words(board):
        st.subheader("Behind no baseline, but short of the goal", anchor=False)
        st.markdown(misses, help=glossary.help_on(misses))


def losses_in_words(board: Scores) -> str:
    """A line for each row that lost to a baseline."""
    return "\n".join(
        f"- **{row.job}, {row.case}**: {row.versus}: {best.label}"
        for row in board.with_outcome("behind")
        if (best := row.best_baseline)
    )


def misses_in_words(board: Scores) -> str:
    """A line for each row that lost to none and missed its goal."""
    return "\n".join(
        f"- **{row.job}, {row.case}**: {row.measure}; the goal is {row.words(row.goal)}"
        for row in board.missed()
        if row.goal is not None
    )


def anchor_of(job: str) -> str:
    """The name of a job's heading in the address."""
    return re.sub(r"\W+", "-", job.lower())


def how_to_repeat(board: Scores) -> None:
    st.header("Measure it yourself", anchor=False)
    st.markdown(
        f"One command measured this page, on {board.date} in {board.minutes:g} minutes, with seed "
        f"{board.seed}; *n* is the number of pictures behind a figure. Figures from elsewhere, or from "
        "specially trained networks, are marked. The folder after `--data` holds MNIST, which is downloaded "
        "if it is missing. `weights/LOG.md` lists what was tried on the way, and what came of it."
    )
    st.code(f"git checkout {board.commit}\n{board.command}", language=None, wrap_lines=True)
    for later in board.renewed:
        st.markdown(f"The figures of {later.jobs_in_words} were measured again, on {later.date}:")
        st.code(f"git checkout {later.commit}\n{later.command}", language=None, wrap_lines=True)


def show_table(rows: list[Row]) -> None:
    """Rows measured in one way: the protocol, the figures, the picture."""
    first = rows[0]
    origins = {baseline.label: baseline.origin for row in rows for baseline in row.baselines}
    protocol = f"{first.protocol[0].upper()}{first.protocol[1:]}"
    words = f"{protocol}. **{first.unit}, {first.better} is better.**"
    st.markdown(words, help=glossary.help_on(" · ".join([words, *(row.case for row in rows), *origins])))
    st.table(
        [cells(row, list(origins)) for row in rows],
        border="horizontal",
        hide_index=True,
        alt=f"{first.job}: {protocol}",
    )
    if set(origins.values()) - {"here"}:
        st.caption(
            "(published): a figure from a paper, not measured here; (measured before): measured once, by no "
            "command of this repository."
        )
    if len(rows) * len(origins) > 1:
        show_marks(rows, origins)
    show_reliability([row.point for row in rows if row.point])


def cells(row: Row, labels: list[str]) -> dict[str, str]:
    """One line of the table, with a cell for each baseline of the table."""
    ours, best = row.words(row.ours), row.best_baseline
    figures = {baseline.label: row.words(baseline.figure) for baseline in row.baselines}
    if best is not None and row.outcome == "behind":
        figures[best.label] = f"**{figures[best.label]}**"
    reached = ":green[reached]" if row.goal_reached else ":red[missed]"
    return {
        "Case": row.case,
        OURS: f"**{ours}**" if row.outcome == "ahead" else ours,
        "Result": RESULTS[row.outcome],
        "Goal": "–" if row.goal is None else f"{row.words(row.goal)} {reached}",
        **{label: figures.get(label, "–") for label in labels},
        "n": f"{row.n:,}",
    }


def show_marks(rows: list[Row], origins: dict[str, Origin]) -> None:
    """The same figures on one scale; a baseline's mark is open where it was not measured here."""
    first = rows[0]
    series = []
    for i, (label, origin) in enumerate(origins.items()):
        values = {row.case: each.figure for row in rows for each in row.baselines if each.label == label}
        symbol = BASELINE_MARKS[i % len(BASELINE_MARKS)] + ("" if origin == "here" else "-open")
        series.append(charts.Marks(label, values, symbol, charts.BASELINES[i % len(charts.BASELINES)]))
    ours = {row.case: row.ours for row in rows}
    series.append(charts.Marks(OURS, ours, "diamond", charts.OURS, 14))
    if lost := {row.case: row.ours for row in rows if row.outcome == "behind"}:
        series.append(charts.Marks("This model, lost", lost, "circle-open", charts.LOST, 24))
    charts.show(
        charts.dots(series, list(ours), x=f"{first.unit}, {first.better} is better"),
        alt=f"{first.job}: the figures of the table above on one scale",
        height=100 + 34 * len(rows) + 19 * len(series),
    )


def show_reliability(points: list[Point]) -> None:
    """Whether completions look like each class as often as it is right; nothing without points."""
    if not points:
        return
    words = [f"{point.predicted:.0%} of the completions, right in {point.right:.0%}" for point in points]
    figure = charts.reliability(
        [point.predicted for point in points],
        [point.right for point in points],
        x="share of the completions that look like a class",
        y="share of cases where that class was right",
    )
    with st.container(width=420):
        charts.show(figure, alt=f"Reliability diagram. Where a class is {'; '.join(words)} of cases")
        st.caption(
            "If 70 % of the completions of a digit look like a 4, it should really be a 4 in 70 % of such "
            "cases. On the dashed line that holds exactly; below it, the completions are too sure of a "
            "class, above it, not sure enough."
        )


frame.page(
    "Scoreboard",
    "pages/scoreboard.py",
    "What was measured, against whom, and where the model loses.",
)
with frame.sentence():
    board = scores.read_scores()
    if board is None:
        st.markdown("Nothing has been measured yet. This command measures all five jobs and fills this page:")
        st.code("make evaluate", language=None)
    else:
        how_it_ended(board)
        st.markdown("Jump to: " + " · ".join(f"[{job}](#{anchor_of(job)})" for job in board.tables()))
        for job, tables in board.tables().items():
            st.header(job, anchor=anchor_of(job))
            for rows in tables:
                show_table(rows)
        how_to_repeat(board)
