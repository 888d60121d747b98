"""What sharing one nested model costs against specialists, and the plain VAE's figures, as measured.

They take an hour to train, so their figures are read from weights/specialists.json and weights/plain.json.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import vae
from vae.checkpoint import WEIGHTS, fingerprint
from vae.evaluation.checked_json import UnusableError, checked, is_count, is_number, is_whole, read_json
from vae.evaluation.evaluation_data import EvaluationData, Sizes
from vae.evaluation.scores import Baseline, Row
from vae.evaluation.specialists import SPECIALISTS

NESTING, SHARING = "Cost of nesting", "Cost of sharing one model"
PLAIN = "VAE of the same network, N(0, I) prior, not nested"


def plain_baseline(figure: str, folder: Path = WEIGHTS) -> tuple[Baseline, ...]:
    """The plain VAE with its figure, or nothing before vae/evaluation/plain_vae.py trained it.

    Raises:
        FileError: plain.json is damaged, or the figure is not in it.
    """

    def parse(content: Any) -> dict[str, Any]:
        facts = checked(content, {"epochs": is_count}, "the file")
        return facts | {"figures": _figures(content.get("figures"), (figure,), "its samples")}

    found = read_json(
        folder / "plain.json", parse, command="python -m vae.evaluation.plain_vae --out weights"
    )
    return (Baseline(f"{PLAIN}, {found['epochs']} epochs", found["figures"][figure]),) if found else ()


def cost_of_sharing(
    model: vae.VAE, data: EvaluationData, sizes: Sizes, seed: int, folder: Path = WEIGHTS
) -> Iterator[Row]:
    """Nats and error in percent above the specialists', decibels below; nothing before those were trained.

    Raises:
        FileError: specialists.json is damaged, lacks a figure, or is of other weights.
    """
    command = "python -m vae.evaluation.specialists --out weights"
    weights = fingerprint(model)
    found = read_json(
        folder / "specialists.json", lambda content: _specialists(content, weights), command=command
    )
    if found is not None:
        yield from _nesting_rows(found)
        yield from _sharing_rows(found)


def _nesting_rows(found: dict[str, Any]) -> Iterator[Row]:
    n = found["n_coded"]
    text = (
        f"negative ELBO above that of the same network trained for this length of code alone; {_alike(found)}"
    )
    for name, figure in (("whole code", "elbo"), ("two dimensions", "elbo_2")):
        yield Row(NESTING, name, text, "%", "lower", _percent_above(found, figure, name), n, (), 3)


def _sharing_rows(found: dict[str, Any]) -> Iterator[Row]:
    n, figures = found["n_restored"], found["figures"]
    lost = figures["denoising"]["psnr"] - figures["nested"]["psnr"]
    text = f"mean PSNR below that of the same network trained for denoising alone; {_alike(found)}"
    yield Row(SHARING, "denoising", text, "dB", "lower", lost, n, (), 0.5)
    more = _percent_above(found, "rmse", "imputation")
    text = f"mean error above that of the same network trained for imputation alone; {_alike(found)}"
    yield Row(SHARING, "imputation", text, "%", "lower", more, n, (), 5)


def _alike(found: dict[str, Any]) -> str:
    return f"both went on from the shipped weights for {found['epochs']} epochs"


def _percent_above(found: dict[str, Any], figure: str, specialist: str) -> float:
    """How far the nested model's figure lies above a specialist's."""
    return 100 * (found["figures"]["nested"][figure] / found["figures"][specialist][figure] - 1)


def _specialists(content: Any, weights: int) -> dict[str, Any]:
    """The content of specialists.json, checked, of the weights with this fingerprint."""
    counts = dict.fromkeys(("epochs", "n_coded", "n_restored"), is_count)
    facts = checked(content, {"weights": is_whole, "figures": _is_record} | counts, "the file")
    if facts["weights"] != weights:
        raise UnusableError("it is of other weights")
    models = facts["figures"]
    figures = {name: _figures(models.get(name), each.figures, name) for name, each in SPECIALISTS.items()}
    return facts | {"figures": figures}


def _figures(record: Any, names: Iterable[str], where: str) -> dict[str, float]:
    """The named figures of a record, each above 0."""
    return checked(record, dict.fromkeys(names, _is_positive), f"what it says of {where}")


def _is_record(value: Any) -> bool:
    return isinstance(value, dict)


def _is_positive(value: Any) -> bool:
    return is_number(value) and value > 0
