"""What bytes and quality say about a digit, in sentences."""

from ui import anomaly_verdict, comparison, naming, rates
from ui.digit.digit import Digit


def counted(n: int, noun: str) -> str:
    """How many there are of something, such as "1 number" or "2 numbers"."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def verdict(mine: Digit, ours: rates.Point) -> str:
    """Whether a digit fits in so many bytes, and how many a PNG that is as close needs."""
    became = naming.became(mine.image, ours.image)
    if became is not None:
        return f"**{ours.n_bytes} bytes** are too few for {mine.name}: it comes back as **{became}**."
    fits = f"{mine.subject} fits in **{ours.n_bytes} bytes**"
    png = rates.cheapest_as_good(rates.of_baseline("PNG", mine.image), ours.psnr_db)
    return f"{fits}. A PNG that comes as close to it takes {png.n_bytes}." if png else f"{fits}."


def others(ours: rates.Point, baselines: dict[str, list[rates.Point]]) -> str:
    """How many bytes the baselines need to come as close."""
    needed = {name: rates.cheapest_as_good(points, ours.psnr_db) for name, points in baselines.items()}
    found = {name: point.n_bytes for name, point in needed.items() if point}
    more = [f"{name} {n_bytes}" for name, n_bytes in found.items() if n_bytes > ours.n_bytes]
    less = [f"{name} {n_bytes}" for name, n_bytes in found.items() if n_bytes <= ours.n_bytes]
    never = [name for name, point in needed.items() if not point]
    sentences = [
        f"To come as close to the original, others need more bytes: {', '.join(more)}." if more else "",
        f"As close with no more bytes: **{', '.join(less)}**." if less else "",
        f"No number of bytes would be enough for {' or '.join(never)}." if never else "",
    ]
    return " ".join(filter(None, sentences))


def biggest_step(gains: list[float]) -> str:
    """Which number of a code adds most, after the first; `gains` in dB begin with the second."""
    if not gains:
        return "With more bytes, more numbers follow."
    best = max(gains)
    return f"The biggest step is number {gains.index(best) + 2}: {rates.decibels(best)}."


def overtaken(mine: Digit) -> str:
    """Where PNG catches up with the model, and a space; empty where it does not."""
    best = max(point.psnr_db for point in rates.ours(mine.image))
    png = rates.cheapest_as_good(rates.of_baselines(mine.image)["PNG"], best)
    return f"PNG catches up with the model's best code at {png.n_bytes} bytes. " if png else ""


def fewest(mine: Digit) -> str:
    """From how few bytes on a digit still looks like what it looks like, and whether it is a digit at all."""
    n_bytes = rates.fewest_that_read(rates.ours(mine.image), mine.image)
    if n_bytes is None:
        return f"However many bytes it gets, {mine.name} does not come back as a clear digit."
    (name,) = naming.names(mine.batch)
    few = f"{n_bytes} bytes are the fewest from which {mine.name} still looks"
    if mine.label is None and anomaly_verdict.verdicts([mine.image])[0].word() == "not a digit":
        return f"{few} more like {naming.said(name)} than like any other digit, though it is not a digit."
    return f"{few} like {naming.said(name)}."


def saturation(mine: Digit) -> str:
    """From how many bytes on more of them bring nothing."""
    points = rates.ours(mine.image)
    few, most = rates.last_gain(points), points[-1]
    if few is most:
        return f"For {mine.name}, the model makes use of all {most.n_bytes} bytes."
    return (
        f"{mine.subject} from {few.n_bytes} bytes: {rates.decibels(few.psnr_db)}; "
        f"from {most.n_bytes}: {rates.decibels(most.psnr_db)}, no better."
    )


def lossless(mine: Digit, found: rates.Lossless) -> str:
    """What a digit takes in black and white, who needs the fewest bytes, and whether all came back."""
    best = min(found.sizes, key=lambda name: found.sizes[name])
    exact, inexact = "Decoded again just now, every pixel is the same.", "It did NOT decode exactly."
    return (
        f"In pure black and white, {mine.name} takes **{len(found.code)} bytes**; as a PNG it takes "
        f"{found.sizes['PNG']}. {'The model' if best == comparison.OURS else best} needs the fewest. "
        f"{exact if found.is_exact else inexact}"
    )


def compared(ours: comparison.Entry, other: comparison.Entry) -> str:
    """Where the model stands against another method; that one's name follows."""
    standing = comparison.standing(ours, other, comparison.PSNR)
    if standing == "tied":
        return "The model is as good as"
    gap = rates.decibels(abs(ours.score - other.score))
    return f"The model is {gap} {'ahead of' if standing == 'ahead' else 'behind'}"
