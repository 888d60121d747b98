"""The same codes on every processor: those in corpus.json decode to the same bits under every setting.

`python -m tests.robust.corpus` writes corpus.json anew, which new weights or another calibration need.
`python -m tests.robust.corpus decode` prints what its codes decode to in this process.
"""

import hashlib
import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor

import vae
from tests.robust.processes import environment

FILE = Path(__file__).with_name("corpus.json")
N_LOSSY, N_LOSSLESS = 60, 20
ALL_CAPABILITIES = ("default", "avx2", "avx512")  # of PyTorch's own kernels, each a part of the next
CAPABILITIES = ALL_CAPABILITIES[: 1 + ALL_CAPABILITIES.index(torch.backends.cpu.get_cpu_capability().lower())]
ISAS = ("SSE41", "AVX2", "ALL")  # of oneDNN's
THREADS = ("1", "2", "4")
ONEDNN = ("on", "off")
SETTINGS = list(itertools.product(CAPABILITIES, ISAS, THREADS, ONEDNN))
N = len(SETTINGS) * (N_LOSSY + N_LOSSLESS)


def tries(n: int) -> Iterator[str | None]:
    """What is wrong with each of n codes under settings spread over all; None where nothing is."""
    known = json.loads(FILE.read_text())
    n_settings = -(-n // len(known))
    for k in range(n_settings):
        setting = SETTINGS[k * len(SETTINGS) // n_settings]
        some = known[: n - k * len(known)]
        found = _decoded_elsewhere(setting, len(some))
        for record, digest in zip(some, found, strict=True):
            right = digest == record["digest"]
            yield None if right else f"{record['code']} under {' '.join(setting)}: {digest or 'nothing'}"


def _decoded_elsewhere(setting: tuple[str, ...], n: int) -> list[str]:
    capability, isa, threads, onednn = setting
    env = environment(ATEN_CPU_CAPABILITY=capability, DNNL_MAX_CPU_ISA=isa, OMP_NUM_THREADS=threads)
    command = [sys.executable, "-m", "tests.robust.corpus", "decode", threads, onednn, str(n)]
    run = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    lines = run.stdout.split()
    return lines if len(lines) == n else [run.stderr[-100:]] * n


def _decode(threads: str, onednn: str, n: str) -> None:
    torch.set_num_threads(int(threads))
    torch.backends.mkldnn.set_flags(onednn == "on")
    model = vae.load_model()
    for record in json.loads(FILE.read_text())[: int(n)]:
        read = vae.decompress_ink if record["lossless"] else vae.decompress
        print(_digest(read(model, bytes.fromhex(record["code"]))), flush=True)
    os._exit(0)  # without oneDNN's threads being waited for


def _digest(image: Tensor) -> str:
    return hashlib.sha256(image.numpy().tobytes()).hexdigest()[:16]


def _write() -> None:
    model, images = vae.load_model(), vae.load_gallery().images
    records = []
    for i in range(N_LOSSY + N_LOSSLESS):
        lossless = i % 4 == 3
        image = images[7 * i % len(images)]
        code = (
            vae.compress_ink(model, (image > 0.5).float())
            if lossless
            else vae.compress(model, image, n_bytes=5 + i % 60)
        )
        read = vae.decompress_ink if lossless else vae.decompress
        records.append({"code": code.hex(), "lossless": lossless, "digest": _digest(read(model, code))})
    FILE.write_text("[\n" + ",\n".join(json.dumps(record) for record in records) + "\n]\n")


if __name__ == "__main__":
    _decode(*sys.argv[2:]) if sys.argv[1:2] == ["decode"] else _write()
