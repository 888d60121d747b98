"""What the five jobs measure once on validation digits, stored beside the weights as calibration.json."""

import json
import zlib
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from vae.checks import InputError


@dataclass(frozen=True)
class Profile:
    """How a lossy code of a given length is written."""

    step: float  # grid step, in average posterior standard deviations
    mean_dims: float  # the number of dimensions is coded as a rounded Gaussian with this mean
    std_dims: float  # ... and this standard deviation
    mean_level: float  # so is the level of the correction, see vae/codec/residual.py
    std_level: float


@dataclass(frozen=True)
class Calibration:
    """Measured constants of one set of weights."""

    fingerprint: int  # of the weights that were measured
    posterior_std: list[float]  # (K,), average standard deviation of q(z_i | x)
    pixel_table: list[list[float]]  # p(grey level | logit bin), see vae/posterior/pixels.py
    residual_kernel: list[list[float]]  # see vae/posterior/pixel_errors.py
    profiles: dict[int, Profile]  # by length of the code in bytes, without its checksum
    ink_step: float  # grid step of the lossless code, in average posterior standard deviations
    ink_contexts: list[list[float]]  # by kind of picture, see vae/codec/context.py
    anomaly_scales: list[float]  # of the score's two parts, see vae/jobs/anomaly_detection.py
    anomaly_scores: list[float]  # scores of held-out digits, ascending

    @cached_property
    def checksum(self) -> int:
        """A 32-bit checksum of all that codes depend on, by which a code knows the calibration it needs."""
        facts = {name: fact for name, fact in asdict(self).items() if not name.startswith("anomaly")}
        return zlib.crc32(json.dumps(facts, sort_keys=True).encode())

    def save(self, path: Path) -> None:
        """Write as JSON."""
        path.write_text(json.dumps(asdict(self)) + "\n")

    @classmethod
    def load(cls, path: Path) -> "Calibration":
        """Read what `save` wrote.

        Raises:
            InputError: the file is missing, damaged, or lacks a field.
        """
        try:
            fields: dict[str, Any] = json.loads(path.read_text())
            profiles = {int(size): Profile(**profile) for size, profile in fields.pop("profiles").items()}
            return cls(profiles=profiles, **fields)
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise InputError(
                f"the calibration {path.name} is missing or damaged; python -m vae.calibrate writes it"
            ) from error
