"""What the five jobs measure once on validation digits, stored beside the weights as calibration.json."""

import json
import zlib
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

from torch import Tensor

from vae.calibration_checks import checked
from vae.checks import FileError
from vae.files import write_file

MOST_BYTES = 2**26  # of a calibration file


@dataclass(frozen=True)
class Profile:
    """How a lossy code of a given length is written."""

    step: float  # grid step, in average posterior standard deviations
    mean_dims: float  # the number of dimensions is coded as a rounded Gaussian with this mean
    std_dims: float  # ... and this standard deviation
    mean_level: float  # so is the level of the correction, see vae/codec/residual.py
    std_level: float


@dataclass(frozen=True, eq=False)
class ModelStatistics:
    """How uncertain one set of weights is on average: all that pictures need.

    Tensors, here and in `Calibration`, are float64 and on the CPU.
    """

    fingerprint: int  # of the weights that were measured
    posterior_std: Tensor  # (K,), average standard deviation of q(z_i | x)
    pixel_table: Tensor  # p(grey level | logit bin), see vae/posterior/pixels.py
    residual_kernel: Tensor  # see vae/posterior/pixel_errors.py


@dataclass(frozen=True, eq=False)
class Calibration(ModelStatistics):
    """The statistics of one set of weights, and what codes and the anomaly score need beside them."""

    profiles: dict[int, Profile]  # by length of the code in bytes, without its checksum
    ink_step: float  # grid step of the lossless code, in average posterior standard deviations
    ink_contexts: Tensor  # (2, N_FEATURES), by kind of picture, see vae/codec/context.py
    anomaly_scales: Tensor  # (2,), of the score's two parts, see vae/jobs/anomaly_detection.py
    anomaly_scores: Tensor  # (N,), scores of held-out digits, ascending

    def facts(self) -> dict[str, Any]:
        """All fields as JSON holds them."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        lists = {name: value.tolist() for name, value in values.items() if isinstance(value, Tensor)}
        profiles = {size: asdict(profile) for size, profile in self.profiles.items()}
        return {**values, **lists, "profiles": profiles}

    @cached_property
    def checksum(self) -> int:
        """A 32-bit checksum of all that codes depend on, by which a code knows the calibration it needs."""
        facts = {name: fact for name, fact in self.facts().items() if not name.startswith("anomaly")}
        return zlib.crc32(json.dumps(facts, sort_keys=True).encode())

    @property
    def key(self) -> int:
        """What a code's checksum begins with: the weights and the calibration that it needs."""
        return self.fingerprint ^ self.checksum

    def save(self, path: Path) -> None:
        """Write as JSON.

        Raises:
            InputError: the file cannot be written.
        """
        write_file(path, json.dumps(self.facts()) + "\n")

    @classmethod
    def load(cls, path: Path) -> "Calibration":
        """Read what `save` wrote.

        Raises:
            FileError: the file is missing or damaged, or one of its fields cannot be used.
        """
        problem = "missing or damaged"
        try:
            if path.stat().st_size > MOST_BYTES:
                raise ValueError("it is too large")
            content = json.loads(path.read_text(encoding="utf-8"))
            problem = "not usable"
            facts = checked(content)
        except (OSError, ValueError, RecursionError) as error:
            raise FileError(
                f"the calibration {path.name} is {problem}; python -m vae.calibrate writes it"
            ) from error
        profiles = {int(size): Profile(**profile) for size, profile in facts.pop("profiles").items()}
        return cls(**facts, profiles=profiles)
