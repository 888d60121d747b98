"""Scoreboard: every measured figure beside its baselines', from weights/scores.json alone."""

import streamlit as st

from ui import scores
from ui.shell import frame, glossary
from ui.view import bars, charts
from vae.evaluation.scores import Origin, Point, Row, Scores

OURS = "This model"
RESULTS = {
    "ahead": ":green-badge[:material/check: best]",
    "tied": ":gray-badge[:material/equal: tied]",
    "behind": ":red-badge[:material/close: lost]",
    None: "no baseline",
}
LONGER_OR_SHORTER = {"higher": "longer", "lower": "shorter"}
BASELINE_MARKS = ("circle", "square", "triangle-up", "cross", "star", "triangle-down", "pentagon", "hexagon")
SENTENCE_WIDTH, RELIABILITY_WIDTH = 340, 420


def how_it_ended(board: Scores) -> None:
    """All comparisons and goals, counted."""
    n_ahead, n_tied, n_lost = (len(board.with_outcome(it)) for it in ("ahead", "tied", "behind"))
    n_reached, n_goals = board.n_goals_reached(), len(board.with_goal())
    words = (
        f"Against the best baseline, this model won {n_ahead}, tied {n_tied} and **lost {n_lost}** "
        f"comparisons. It reached {n_reached} of {n_goals} goals set beforehand."
    )
    st.markdown(words, help=glossary.help_on(words))
    st.html(
        bars.stacked(
            [
                bars.Bar("won", n_ahead, str(n_ahead), "ours"),
                bars.Bar("tied", n_tied, str(n_tied), "baseline"),
                bars.Bar("lost", n_lost, str(n_lost), "lost"),
            ]
        )
    )
    if board.quick:
        st.warning(
            "These figures are from the quick mode: a rehearsal on few digits, not figures to quote.",
            icon=":material/speed:",
        )


def show_headlines(board: Scores) -> None:
    """For each job a sentence and its bars."""
    st.header("The five jobs", anchor=False)
    for headline, row in scores.headlines(board):
        words = f"**{row.job}** {RESULTS[row.outcome]}  \n{headline.told(row)}"
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            st.markdown(words, help=glossary.help_on(f"{words} {words_in(row)}"), width=SENTENCE_WIDTH)
            st.html(bars_of(row, *headline.limits))


def show_losses(board: Scores) -> None:
    """The same bars for every case that was lost, and for every other one that missed its goal."""
    st.header("Where we lose", anchor=False)
    if lost := board.with_outcome("behind"):
        side_by_side("Every case in which a baseline is ahead.", [(it, bars_of(it)) for it in lost])
    else:
        st.markdown("In none of the cases below.")
    if missed := [(it, bars_of(it, ("Goal", it.goal))) for it in board.missed() if it.goal is not None]:
        st.subheader("Behind no baseline, but short of the goal", anchor=False)
        side_by_side("Every other case that missed its goal.", missed)


def side_by_side(words: str, drawn: list[tuple[Row, str]]) -> None:
    """Bars under the names of their cases, below a sentence that explains their terms."""
    st.markdown(words, help=glossary.help_on(" ".join(words_in(row) for row, _ in drawn)))
    st.html(bars.side_by_side([(f"{row.job}, {row.case}", html) for row, html in drawn]))


def words_in(row: Row) -> str:
    """The words in a row's bars and their title that may need explaining."""
    best = row.best_baseline
    return f"{row.job}, {row.case}, {row.unit}, {'' if best is None else best.label}"


def bars_of(row: Row, *more: tuple[str, float]) -> str:
    """This model, its best baseline where there is one, and the outlines of more figures."""
    best, start = row.best_baseline, scores.STARTS.get(row.unit, 0.0)
    figures: list[tuple[str, float, bars.Kind]] = [
        (OURS, row.ours, "lost" if row.outcome == "behind" else "ours")
    ]
    if best is not None:
        figures.append((best.label, best.figure, "baseline"))
    figures += [(name, figure, "limit") for name, figure in more]
    return bars.group(
        [bars.Bar(name, figure, row.words(figure), kind) for name, figure, kind in figures],
        start=start,
        note=f"{row.unit}{f' from {start:g} on' if start else ''}, {LONGER_OR_SHORTER[row.better]} is better",
    )


def show_all(board: Scores) -> None:
    """Every figure, job by job, folded away until somebody opens it."""
    st.header("All figures", anchor=False)
    st.caption(
        f"A baseline is {glossary.gloss('baseline')}. Goals were set before measuring: a figure to reach, or "
        "to be ahead of the best baseline; for blind denoising, to lose at most 0.7 dB "
        f"({glossary.gloss('dB')}) compared with being told the noise."
    )
    for job, tables in board.tables().items():
        n_lost = sum(row.outcome == "behind" for table in tables for row in table)
        n_measured = sum(map(len, tables))
        frame.section(
            f"**{job}** · {n_measured} measured{f' :red-badge[{n_lost} lost]' if n_lost else ''}",
            f"scoreboard_{job.lower().replace(' ', '_')}",
            show_tables,
            tables,
            icon=":material/table_chart:",
        )
    frame.section(
        "Measure it yourself", "scoreboard_repeat", how_to_repeat, board, icon=":material/terminal:"
    )


def show_tables(tables: list[list[Row]]) -> None:
    """A job's tables and charts."""
    for table in tables:
        show_table(table)


def how_to_repeat(board: Scores) -> None:
    st.markdown(
        f"One command measured this page, on {board.date} in {board.minutes:g} minutes, with seed "
        f"{board.seed}. Figures from elsewhere, or from specially trained networks, are marked. The folder "
        "after `--data` holds MNIST, which is downloaded if it is missing. `weights/LOG.md` lists what was "
        "tried on the way, and what came of it."
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
        "Pictures (n)": f"{row.n:,}",
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
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        with st.container(width=RELIABILITY_WIDTH):
            charts.show(figure, alt=f"Reliability diagram. Where a class is {'; '.join(words)} of cases")
        st.caption(
            "If 70 % of the completions of a digit look like a 4, it should really be a 4 in 70 % of such "
            "cases. On the dashed line that holds exactly; below it, the completions are too sure of a "
            "class, above it, not sure enough.",
            width=SENTENCE_WIDTH,
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
        bars.style()
        how_it_ended(board)
        show_headlines(board)
        show_losses(board)
        show_all(board)
