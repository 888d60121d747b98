"""Why a picture passes for a digit or does not, in one sentence."""

from ui import naming
from ui.anomaly_verdict import Verdict, Word


def looks(found: Verdict, word: Word) -> str:
    """What the model takes it for, such as "a 0", "a clumsy 8" or "no clear digit"."""
    if found.looks_like is None and word != "no digit":
        return "a digit, but no clear one"
    if word == "odd digit":
        return f"a clumsy {found.looks_like}"
    return naming.said(found.looks_like)


def why(name: str, found: Verdict, word: Word) -> str:
    """Explain the verdict on what is called `name`, by the part of the score that speaks loudest."""
    taken_for = looks(found, word)
    if word == "digit":
        return f"To the model {name} is {taken_for}, with a likely code that leaves little unexplained."
    if word == "odd digit":
        return f"To the model {name} is {taken_for}, which {_flaw(found)}."
    return f"The nearest thing that the model can write is {taken_for}, and even that {_flaw(found)}."


def _flaw(found: Verdict) -> str:
    """In which part of the score it is farther from a typical digit, and how far."""
    if found.off >= found.unexplained:
        return (
            "takes a code that lies farther from what the model expects than a typical digit's does, by "
            f"{found.off:.1f} standard deviations"
        )
    return (
        "leaves more of the picture unexplained than a typical digit does, by "
        f"{found.unexplained:.1f} standard deviations"
    )
