"""Why a picture passes for a digit or does not, in one sentence, shorter and longer."""

from ui import naming
from ui.anomaly_verdict import Excess, Verdict, Word


def looks(found: Verdict, word: Word) -> str:
    """What the model takes it for, such as "a 0", "a clumsy 8" or "no clear digit"."""
    if found.looks_like is None and word != "not a digit":
        return "an unclear digit"
    if word == "odd digit":
        return f"a clumsy {found.looks_like}"
    return naming.said(found.looks_like)


def in_short(subject: str, found: Verdict, word: Word) -> str:
    """How strange what is called `subject` is, and what the model takes it for."""
    taken_for = looks(found, word)
    if word == "not a digit":
        return f"{subject} is **{found.words}**; the closest that the model can draw is {taken_for}."
    quiet = ", and sounds no alarm" if word == "odd digit" else ""
    return f"{subject} is **{found.words}**; the model reads it as {taken_for}{quiet}."


def dare(is_own: bool, word: Word) -> str:
    """Dare the visitor to pass with what is no digit, or say how what they brought fared."""
    if not is_own:
        return "Dare: draw something that is not a digit, and try to pass it off as one."
    if word == "not a digit":
        return "Dare: this one did not pass. Can you draw something that does, but is not a digit?"
    return "It passes. If it was not meant to be a digit, you have fooled the model."


def why(name: str, found: Verdict, word: Word, excess: Excess) -> str:
    """Explain the verdict on what is called `name`, by the part of the score that speaks loudest."""
    taken_for = looks(found, word)
    if word == "digit":
        return f"The model reads {name} as {taken_for}: its code is likely and leaves little unexplained."
    if word == "odd digit":
        return f"The model reads {name} as {taken_for}, but {_flaw(excess)}."
    return f"The closest picture that the model can draw is {taken_for}, but {_flaw(excess)}."


def _flaw(excess: Excess) -> str:
    """In which part of the score it is farther from a typical digit, and how far."""
    if excess.off >= excess.unexplained:
        return (
            f"its code lies {excess.off:.1f} standard deviations further from what the model expects than a "
            "typical digit's code"
        )
    return (
        "its code leaves more of the picture unexplained than a typical digit's code, by "
        f"{excess.unexplained:.1f} standard deviations"
    )
