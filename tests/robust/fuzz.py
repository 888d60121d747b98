"""Fuzz: whatever functions and readers are given, they return finite numbers or raise the input error."""

import functools
import io
import json
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import hypothesis
import numpy as np
import torch
from hypothesis import strategies as st
from PIL import Image
from torch import Tensor

import vae
from ui import codes
from ui.formats import fabric, picture_code, stroke_code
from ui.formats.upload import read_picture
from ui.shell import address
from vae.calibration import Calibration
from vae.checkpoint import read_weights, save_weights
from vae.codec.range_coding import seal
from vae.evaluation import score_file, training_run
from vae.gallery import GALLERY_FILE, read_gallery
from vae.jobs import compression, lossless_ink
from vae.model import calibration_of

N = 1_000_000
AT_ONCE = 2000  # cases between two steps of the progress bar
A_CASE = 20  # calls for each example that hypothesis draws
LONGEST_S = 30.0  # of one call
MOST_MORE_KB = 700_000  # of memory than after the first cases
TINY = vae.Config(latent_dim=4, channels=4, hidden=16, blocks=1, prior_hidden=16, prior_components=3)

Call = Callable[[random.Random], object]


@functools.cache
def _model() -> vae.VAE:
    torch.set_num_threads(1)
    return vae.load_model()


def _number(draw: random.Random) -> Any:
    return draw.choice(
        [0, 1, 2, 3, -1, 5, 17, 64, 100, 2**31, 2**63, 10**400, 0.0, 0.5, 1.5, -0.5, 1e-320, 1e308]
        + [float("nan"), float("inf"), True, None, "3", b"3", 1j, [], {}, Fraction(1, 3), np.uint8(3)]
        + [np.int64(2), np.float16(0.3), np.bool_(True), torch.tensor(2), object()]
    )


SHAPES = [(1, 1, 28, 28)] * 6 + [(2, 1, 28, 28), (1, 28, 28), (28, 28), (0, 1, 28, 28), (), (1, 3)]
VALUES: list[Callable[[Tensor], Tensor]] = [
    *[lambda x: x] * 3,
    lambda x: (x > 0.5).float(),
    lambda x: x * 5 - 2,
    lambda x: x * 255,
    lambda x: (x - 0.5) * 2e6,
    lambda x: x * 0,
    lambda x: x / 0,
]
LOOKS: list[Callable[[Tensor], Any]] = [
    *[lambda x: x] * 8,
    lambda x: x > 0.5,
    *(Tensor.double, Tensor.half, Tensor.int, Tensor.to_sparse, Tensor.numpy, Tensor.tolist),
    lambda x: x + 0j,
    lambda x: x.to("meta"),
    lambda x: None,
]


def _tensor(draw: random.Random) -> Any:
    """A picture, or something like one: of any size, dtype, layout and values."""
    x = torch.rand(draw.choice(SHAPES), generator=torch.Generator().manual_seed(draw.getrandbits(40)))
    return draw.choice(LOOKS)(draw.choice(VALUES)(x))


def _image(draw: random.Random) -> Any:
    x = _tensor(draw)
    return x[0] if isinstance(x, Tensor) and x.ndim == 4 and len(x) and x.layout == torch.strided else x


def _code_tensor(draw: random.Random) -> Any:
    shape = draw.choice([(1, 32), (2, 2), (3, 1), (1, 33), (0, 2), (2,)])
    z = torch.randn(shape, generator=torch.Generator().manual_seed(draw.getrandbits(40)))
    return draw.choice([z, z * 30, z * 1e5, z * 3e38, z / 0, z.double(), z.to("meta"), None])


def _noise(draw: random.Random) -> vae.Noise:
    return vae.Noise(draw.choice([*vae.KINDS, "none", None, []]), _number(draw))


def _bytes(draw: random.Random, most: int = 80) -> bytes:
    return draw.randbytes(draw.randrange(most))


def _sealed(draw: random.Random) -> bytes:
    """A code that another program could have written: the checksum is right, all behind it is random."""
    salt = draw.choice([compression.SALT, lossless_ink.SALT])
    return seal(_bytes(draw), calibration_of(_model()).key ^ salt)


def _altered(draw: random.Random, content: bytes) -> bytes:
    """A file with some bytes replaced, left out or repeated."""
    changed = bytearray(content)
    for _ in range(draw.randrange(1, 6)):
        if not changed:
            break
        place, length = draw.randrange(len(changed)), draw.randrange(1, 9)
        other = draw.choice([b"", draw.randbytes(length), bytes(length), b"9" * length])
        changed[place : place + length] = other
    return bytes(changed[: draw.randrange(len(changed) + 1)] if draw.random() < 0.1 else changed)


def _text(draw: random.Random, alphabet: str, most: int) -> str:
    return "".join(draw.choices(alphabet, k=draw.randrange(most)))


def _json(draw: random.Random, depth: int = 0) -> Any:
    if depth > 3 or draw.random() < 0.5:
        value = _number(draw)
        return value if isinstance(value, (int, float, str, bool, type(None))) else "M"
    if draw.random() < 0.5:
        return [_json(draw, depth + 1) for _ in range(draw.randrange(5))]
    names = ["objects", "path", "strokeWidth", "type", "M", "rows", "history"]
    return {draw.choice(names): _json(draw, depth + 1) for _ in range(draw.randrange(5))}


def _drawing(draw: random.Random) -> Any:
    path = [[draw.choice("MLQX"), *(_json(draw, 4) for _ in range(draw.choice([1, 2, 4])))] for _ in "1234"]
    stroke = {"type": "Path", "path": path, "strokeWidth": draw.choice([29, 43, 62, None])}
    return draw.choice([{"objects": [stroke]}, {"objects": [stroke, _json(draw)]}, _json(draw)])


def _strokes(draw: random.Random) -> Any:
    scale = draw.choice([1, 1e-320, 1e300, 1e308, 0])
    lines = [[[draw.uniform(-scale, scale) for _ in "xy"] for _ in range(draw.randrange(4))] for _ in "123"]
    return draw.choice([lines, lines, [_json(draw)], _json(draw), [np.array(lines[0])]])


def _pixels(draw: random.Random) -> Any:
    shape = draw.choice([(40, 30), (28, 28), (9, 9, 3), (12, 20, 4), (1, 1), (1, 60), (0, 3), (5, 5, 2)])
    pixels = np.frombuffer(draw.randbytes(int(np.prod(shape))), np.uint8).reshape(shape)
    pixels = draw.choice([pixels, pixels // 200 * 200, np.zeros_like(pixels), pixels[::-1]])
    return draw.choice([pixels] * 6 + [pixels.astype(float), pixels.tolist(), None])


FUNCTIONS: dict[str, Call] = {
    "encode": lambda draw: _model().encode(_tensor(draw)),
    "decode": lambda draw: _model().decode(_code_tensor(draw)),
    "prior": lambda draw: _model().prior.to_standard(_code_tensor(draw)),
    "decode_standard": lambda draw: vae.decode_standard(_model(), _code_tensor(draw)),
    "corrupt": lambda draw: vae.corrupt(_tensor(draw), _noise(draw), seed=_number(draw)),
    "psnr": lambda draw: [vae.psnr(_image(draw), _image(draw))],
    "ssim": lambda draw: [vae.ssim(_image(draw), _image(draw))],
    "frame_drawing": lambda draw: vae.frame_drawing(_pixels(draw)),
    "frame_strokes": lambda draw: vae.frame_strokes(
        _strokes(draw), pen=draw.choice(["thin", "thick", None, []])
    ),
    "anomaly_score": lambda draw: vae.anomaly_score(_model(), _tensor(draw), seed=_number(draw)),
}
SLOW: dict[str, Call] = {
    "denoise": lambda draw: vae.denoise(_model(), _tensor(draw), draw.choice([None, _noise(draw)])),
    "estimate_noise": lambda draw: vae.estimate_noise(_model(), _tensor(draw)),
    "impute": lambda draw: vae.impute(_model(), _tensor(draw), _tensor(draw), n_samples=_number(draw)),
    "surprise_map": lambda draw: vae.surprise_map(_model(), _tensor(draw)),
    "log_likelihood": lambda draw: vae.log_likelihood(
        _model(), _tensor(draw), n_dims=_number(draw), n_samples=draw.choice([1, 2, _number(draw)])
    ),
    "sample": lambda draw: vae.sample(_model(), 2, temperature=_number(draw), seed=_number(draw)),
    "latent_grid": lambda draw: vae.latent_grid(_model(), 2, extent=_number(draw)),
    "interpolate": lambda draw: vae.interpolate(_model(), _image(draw), _image(draw), 3),
    "compress": lambda draw: vae.compress(_model(), _image(draw), n_bytes=_number(draw)),
    "compress_ink": lambda draw: vae.compress_ink(_model(), _image(draw)),
    "a sealed code": lambda draw: codes.decode(_sealed(draw)).image,
}
HEX = "0123456789abcdefABCDEFx \n,:;"
LETTERS = "ABCXYZabcxyz0189-_."
READERS: dict[str, Call] = {
    "decompress": lambda draw: vae.decompress(_model(), _bytes(draw)),
    "decompress_ink": lambda draw: vae.decompress_ink(_model(), _bytes(draw)),
    "from_hex": lambda draw: codes.from_hex(_text(draw, HEX, 60)),
    "strokes in a link": lambda draw: stroke_code.read(_text(draw, LETTERS, 120)),
    "a picture in a link": lambda draw: picture_code.read(_text(draw, LETTERS, 120)),
    "an address": lambda draw: address.opened(_text(draw, LETTERS, 60)),
    "a board": lambda draw: fabric.strokes_of(_drawing(draw), fabric.PENS),
}


class _Files:
    """Readers of files, each given a sound one with some bytes altered."""

    def __init__(self, folder: Path) -> None:
        save_weights(vae.VAE(TINY), folder / "sound")
        weights = (folder / "sound").read_bytes()
        root = GALLERY_FILE.parent
        calibration = json.loads((root / "calibration.json").read_text())
        calibration["anomaly_scores"] = calibration["anomaly_scores"][:5]
        run = json.dumps({**json.loads((root / "training.json").read_text()), "started_from": None}).encode()
        picture = picture_file()
        self.readers: dict[str, Call] = {
            "weights": self._reader(folder / "weights", weights, read_weights),
            "a gallery": self._reader(folder / "gallery", GALLERY_FILE.read_bytes(), read_gallery),
            "a calibration": self._reader(
                folder / "calibration", json.dumps(calibration).encode(), Calibration.load
            ),
            "scores": self._reader(
                folder / "scores.json",
                (root / "scores.json").read_bytes()[:2000],
                lambda path: score_file.read_scores(path.parent),
            ),
            "a training run": self._reader(
                folder / "training.json", run[:4000], lambda path: training_run.read_training(path.parent)
            ),
            "an upload": lambda draw: read_picture(_altered(draw, picture)),
        }

    @staticmethod
    def _reader(path: Path, content: bytes, read: Callable[[Path], object]) -> Call:
        def call(draw: random.Random) -> object:
            path.write_bytes(_altered(draw, content))
            return read(path)

        return call


def picture_file() -> bytes:
    """A small PNG."""
    file = io.BytesIO()
    Image.new("RGB", (32, 24), "white").save(file, "PNG")
    return file.getvalue()


def tries(n: int) -> Iterator[str | None]:
    """What is wrong with each of n cases; None where nothing is."""
    with tempfile.TemporaryDirectory() as folder:
        kinds = (READERS, 140), (FUNCTIONS, 40), (_Files(Path(folder)).readers, 19), (SLOW, 1)
        most_kb = 0
        for first in range(0, n, AT_ONCE):
            outcomes = _outcomes(min(AT_ONCE, n - first), first, kinds)
            used_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            most_kb = most_kb or used_kb + MOST_MORE_KB
            if used_kb > most_kb:
                outcomes[-1] = f"memory: {used_kb:,} kB"
            yield from outcomes


def _outcomes(n: int, seed: int, kinds: tuple[tuple[dict[str, Call], int], ...]) -> list[str | None]:
    """n cases, as hypothesis draws them."""
    found: list[str | None] = []
    tables = [list(table.items()) for table, share in kinds for _ in range(share)]

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=-(-n // A_CASE),
        deadline=None,
        database=None,
        derandomize=False,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=[hypothesis.Phase.generate],
    )
    @hypothesis.given(st.integers(0, 2**64))
    def bundle(chosen: int) -> None:
        for i in range(A_CASE):
            draw = random.Random(A_CASE * chosen + i)
            name, call = draw.choice(draw.choice(tables))
            found.append(_problem(name, call, draw))

    bundle()
    return (found + [None] * n)[:n]


def _problem(name: str, call: Call, draw: random.Random) -> str | None:
    start = time.perf_counter()
    try:
        result = call(draw)
        if not _is_finite(result):
            return f"{name}: a result that is not finite"
    except (vae.InputError, address.AddressError) as error:
        if "\n" in str(error) or len(str(error)) > 400:
            return f"{name}: a long sentence: {str(error)[:80]}"
    except Exception as error:
        return f"{name}: {type(error).__name__}: {str(error)[:150]}"
    seconds = time.perf_counter() - start
    return f"{name}: {seconds:.0f} s" if seconds > LONGEST_S else None


def _is_finite(result: object) -> bool:
    parts = result if isinstance(result, (tuple, list)) else [result]
    return all(bool(part.isfinite().all()) for part in parts if isinstance(part, Tensor))
