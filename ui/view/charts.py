"""Charts of one house style that read on light and on dark: ours in the accent colour, baselines in grey."""

import math
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np
import plotly.graph_objects as go
import streamlit as st

OURS = "#7c5cff"
BASELINES = ("#8b8f9b", "#b0793c", "#3f8f83", "#b0588f")
BASELINE_DASHES = ("solid", "dot", "dash", "dashdot")
NEEDLE = "#e0567a"
LOST = "#dd4a48"
HEIGHT = 300
N_BARS = 60  # of a histogram


def show(figure: go.Figure, *, alt: str, height: int = HEIGHT) -> None:
    """Show a figure in the house style; `alt` says in a sentence what it tells."""
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 24, "b": 8},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "title": None},
        hovermode="closest",
        dragmode=False,
        bargap=0.15,
    )
    st.plotly_chart(figure, config={"displayModeBar": False}, alt=alt)


def histogram(values: Sequence[float], needle: float, *, x: str, needle_label: str) -> go.Figure:
    """How often each value occurs, with a needle at one of them."""
    counts, edges = np.histogram(values, N_BARS)
    middles = (edges[:-1] + edges[1:]) / 2
    figure = go.Figure(
        go.Bar(x=middles.tolist(), y=counts.tolist(), marker_color=OURS, opacity=0.75, name="")
    )
    line = {"color": NEEDLE, "width": 3}
    figure.add_vline(x=needle, line=line, annotation_text=needle_label, annotation_position="top")
    figure.update_layout(xaxis_title=x, yaxis_title="digits", showlegend=False)
    return figure


def mark(figure: go.Figure, x: float, *, label: str, side: Literal["left", "right"] = "right") -> None:
    """Add a dashed line across a chart at one x, with its label on one side."""
    line = {"color": BASELINES[0], "width": 2, "dash": "dash"}
    figure.add_vline(x=x, line=line, annotation_text=label, annotation_position=f"top {side}")


def curves(
    ours: tuple[Sequence[float], Sequence[float]],
    baselines: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    *,
    x: str,
    y: str,
    ours_label: str = "This model",
) -> go.Figure:
    """Our curve in front of the baselines' curves, each a pair of x and y values."""
    figure = go.Figure()
    for i, (name, (xs, ys)) in enumerate(baselines.items()):
        line = {
            "color": BASELINES[i % len(BASELINES)],
            "width": 2,
            "dash": BASELINE_DASHES[i % len(BASELINE_DASHES)],
        }
        figure.add_scatter(x=xs, y=ys, name=name, mode="lines", line=line)
    figure.add_scatter(
        x=ours[0], y=ours[1], name=ours_label, mode="lines+markers", line={"color": OURS, "width": 3}
    )
    figure.update_layout(xaxis_title=x, yaxis_title=y)
    return figure


def learning(costs: Sequence[float], costs_2: Sequence[float], *, label: str) -> go.Figure:
    """What a digit costs after each epoch with the whole code and with two numbers, from near the best on."""
    epochs = list(range(1, len(costs) + 1))
    figure = curves(
        (epochs, costs),
        {"the first 2 numbers": (epochs, costs_2)},
        x="passes over the training digits",
        y="cost of a digit, nats",
        ours_label=label,
    )
    figure.update_traces(mode="lines")
    figure.update_yaxes(range=[0.95 * min(costs), 1.15 * min(costs_2)])
    return figure


def rates(
    ours: tuple[Sequence[float], Sequence[float]],
    baselines: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    *,
    chosen: tuple[float, float],
    highest_db: float,
) -> go.Figure:
    """Quality over bytes, both methods and the chosen point; what is better than highest_db leaves on top."""
    figure = curves(ours, baselines, x="bytes, headers counted", y="PSNR (dB)")
    marker = {"color": NEEDLE, "size": 13, "symbol": "diamond"}
    figure.add_scatter(x=[chosen[0]], y=[chosen[1]], name="Your choice", mode="markers", marker=marker)
    ticks = [2, 5, 10, 20, 50, 100, 200, 500]
    figure.update_xaxes(type="log", range=[0.2, 2.9], tickvals=ticks, tickangle=0)
    figure.update_yaxes(range=[min(ours[1]) - 2, highest_db])
    return figure


def bars(values: Mapping[str, float], *, x: str, ours: str) -> go.Figure:
    """One horizontal bar a name, the first on top; the bar named `ours` in the accent colour."""
    names = list(values)
    figure = go.Figure(
        go.Bar(
            x=list(values.values()),
            y=names,
            orientation="h",
            marker_color=[OURS if name == ours else BASELINES[0] for name in names],
            text=[f"{value:.3g}" for value in values.values()],
            hoverinfo="skip",
        )
    )
    figure.update_layout(xaxis_title=x, yaxis={"autorange": "reversed"}, showlegend=False)
    return figure


def columns(values: Sequence[float], *, x: str, y: str) -> go.Figure:
    """One upright bar for each number of a code, counted from 1."""
    places = list(range(1, len(values) + 1))
    figure = go.Figure(
        go.Bar(x=places, y=values, marker_color=OURS, hovertemplate="%{x}: %{y:.2f}<extra></extra>")
    )
    figure.update_layout(xaxis_title=x, yaxis_title=y, showlegend=False)
    return figure


def grouped(
    groups: Mapping[str, Mapping[str, float]], words: Mapping[str, Sequence[str]], *, x: str
) -> go.Figure:
    """Horizontal bars that carry words: one colour a group, the first accented, one bar a name in each.

    An infinite bar runs off the chart.
    """
    edge = 1.05 * max(v for values in groups.values() for v in values.values() if math.isfinite(v))
    figure = go.Figure()
    for group, colour in zip(groups, (OURS, *BASELINES), strict=False):
        figure.add_bar(
            x=[min(value, 2 * edge) for value in groups[group].values()],
            y=list(groups[group]),
            name=group,
            orientation="h",
            marker_color=colour,
            text=words[group],
            insidetextanchor="start",
            insidetextfont_color="#ffffff" if colour == OURS else "#14131a",
            hoverinfo="skip",
        )
    figure.update_layout(
        xaxis={"title": x, "range": [0, edge]}, yaxis={"autorange": "reversed"}, showlegend=len(groups) > 1
    )
    return figure


def reliability(predicted: Sequence[float], right: Sequence[float], *, x: str, y: str) -> go.Figure:
    """How often predictions came true over how often they should, in [0, 1]; the diagonal is perfect."""
    figure = go.Figure()
    line = {"color": BASELINES[0], "width": 2, "dash": "dash"}
    figure.add_scatter(x=[0, 1], y=[0, 1], name="perfect", mode="lines", line=line, hoverinfo="skip")
    figure.add_scatter(
        x=predicted,
        y=right,
        name="This model",
        mode="lines+markers",
        line={"color": OURS, "width": 3},
        marker={"size": 10},
        hovertemplate="%{x:.0%} of the completions: right in %{y:.0%}<extra></extra>",
    )
    shares = {"range": [-0.03, 1.03], "tickformat": ".0%"}
    figure.update_layout(xaxis={**shares, "title": x}, yaxis={**shares, "title": y})
    return figure


class Marks(NamedTuple):
    """One method's figure in each case."""

    name: str
    values: Mapping[str, float]
    symbol: str
    colour: str
    size: int = 10


def dots(series: Sequence[Marks], cases: Sequence[str], *, x: str) -> go.Figure:
    """A line for each case, the first on top, with every method's mark on it."""
    figure = go.Figure()
    for marks in series:
        figure.add_scatter(
            x=list(marks.values.values()),
            y=list(marks.values),
            name=marks.name,
            mode="markers",
            marker={
                "symbol": marks.symbol,
                "color": marks.colour,
                "size": marks.size,
                "line": {"width": 2.5 if marks.symbol.endswith("-open") else 0, "color": marks.colour},
            },
            hovertemplate="%{x:.4g}",
        )
    figure.update_layout(
        xaxis_title=x,
        yaxis={"categoryorder": "array", "categoryarray": cases[::-1], "range": [-0.6, len(cases) - 0.4]},
    )
    return figure
