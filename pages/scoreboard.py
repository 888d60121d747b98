"""Scoreboard: every measured figure beside its baselines', from weights/scores.json alone."""

import re

import streamlit as st

from ui import scores
from ui.scores import Row, Scores
from ui.shell import frame, glossary
from ui.view import charts

OURS = "This model"
RESULTS = {
    "won": ":green-badge[:material/check: best]",
    "tied": ":gray-badge[:material/equal: tied]",
    "lost": ":red-badge[:material/close: lost]",
    "alone": "no baseline",
}
BASELINE_MARKS = ("circle", "square", "triangle-up", "cross", "star", "triangle-down", "pentagon", "hexagon")


def how_it_ended(board: Scores) -> None:
    """The count, then every loss in words."""
    contested = board.with_outcome("won", "tied", "lost")
    lost = board.with_outcome("lost")
    aimed = [row for row in board.rows if row.goal is not None]
    with st.container(horizontal=True, gap="medium"):
        st.metric("Best or tied", f"{len(contested) - len(lost)} of {len(contested)}", width=160)
        st.metric("Lost", f"{len(lost)} of {len(contested)}", width=160)
        st.metric(
            "Goals reached", f"{sum(bool(row.goal_reached) for row in aimed)} of {len(aimed)}", width=160
        )
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
    losses = "\n".join(f"- {loss_in_words(row)}" for row in lost)
    st.markdown(losses or "In none of the cases below.", help=glossary.help_on(losses))
    if missed := board.missed():
        st.subheader("Behind no baseline, but short of the goal", anchor=False)
        misses = "\n".join(f"- {miss_in_words(row)}" for row in missed)
        st.markdown(misses, help=glossary.help_on(misses))


def loss_in_words(row: Row) -> str:
    return f"**{row.job}, {row.case}**: {row.versus}: {row.best_baseline}"


def miss_in_words(row: Row) -> str:
    goal = 0.0 if row.goal is None else row.goal
    return f"**{row.job}, {row.case}**: {row.words(row.ours)} {row.unit}; the goal is {row.words(goal)}"


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
        st.markdown(f"The figures of {' and '.join(later.jobs)} were measured again, on {later.date}:")
        st.code(f"git checkout {later.commit}\n{later.command}", language=None, wrap_lines=True)


def show_table(rows: list[Row]) -> None:
    """Rows measured in one way: the protocol, the figures, the picture."""
    first = rows[0]
    baselines = list(dict.fromkeys(name for row in rows for name in row.baselines))
    protocol = f"{first.protocol[0].upper()}{first.protocol[1:]}"
    words = f"{protocol}. **{first.unit}, {first.better} is better.**"
    st.markdown(words, help=glossary.help_on(" · ".join([words, *(row.case for row in rows), *baselines])))
    st.table(
        [cells(row, baselines) for row in rows],
        border="horizontal",
        hide_index=True,
        alt=f"{first.job}: {protocol}",
    )
    if any(name.endswith(scores.ELSEWHERE) for name in baselines):
        st.caption(
            "(published): a figure from a paper, not measured here; (measured before): measured once, by no "
            "command of this repository."
        )
    if len(rows) * len(baselines) > 1:
        show_marks(rows, baselines)


def cells(row: Row, baselines: list[str]) -> dict[str, str]:
    """One line of the table."""
    line = {
        "Case": row.case,
        OURS: f"**{row.words(row.ours)}**" if row.outcome == "won" else row.words(row.ours),
        "Result": RESULTS[row.outcome],
    }
    reached = ":green[reached]" if row.goal_reached else ":red[missed]"
    line["Goal"] = "–" if row.goal is None else f"{row.words(row.goal)} {reached}"
    for name in baselines:
        figure = row.words(row.baselines[name]) if name in row.baselines else "–"
        line[name] = f"**{figure}**" if name == row.best_baseline and row.outcome == "lost" else figure
    return line | {"n": f"{row.n:,}"}


def show_marks(rows: list[Row], baselines: list[str]) -> None:
    """The same figures on one scale."""
    first = rows[0]
    series = [
        charts.Marks(
            name,
            {row.case: row.baselines[name] for row in rows if name in row.baselines},
            BASELINE_MARKS[i % len(BASELINE_MARKS)] + ("-open" if name.endswith(scores.ELSEWHERE) else ""),
            charts.BASELINES[i % len(charts.BASELINES)],
        )
        for i, name in enumerate(baselines)
    ]
    ours = {row.case: row.ours for row in rows}
    lost = {row.case: row.ours for row in rows if row.outcome == "lost"}
    series.append(charts.Marks(OURS, ours, "diamond", charts.OURS, 14))
    if lost:
        series.append(charts.Marks("This model, lost", lost, "circle-open", charts.LOST, 24))
    charts.show(
        charts.dots(series, list(ours), x=f"{first.unit}, {first.better} is better"),
        alt=f"{first.job}: the figures of the table above on one scale",
        height=100 + 34 * len(rows) + 19 * len(series),
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
