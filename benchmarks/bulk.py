"""Many digits in one call beside one digit a call, on one thread: `python -m benchmarks.bulk`.

The floor of a call is what it needs of the bare encoder or decoder.
"""

import argparse
import time
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

import vae
from vae.jobs.anomaly_detection import N_DRAWS as N_JUDGING
from vae.jobs.denoising import N_DRAWS as N_DENOISING
from vae.jobs.imputation import N_DRAWS as N_IMPUTING

N_SINGLE = 20  # digits that are given one by one
REPEATS = 5  # of the floor, of which the quickest counts


class Job(NamedTuple):
    """What is timed, and its floor."""

    call: Callable[[Tensor], object]  # takes images (B, 1, 28, 28)
    bare: Callable[[], object]
    n_bare: int  # digits for which that is the floor


def seconds(call: Callable[[], object]) -> float:
    """The time that a call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def jobs_for(n: int) -> tuple[Tensor, dict[str, Job]]:
    """Images (n, 1, 28, 28), and every job that takes many."""
    model, gallery = vae.load_model(), vae.load_gallery().images
    x = gallery.repeat(-(-n // len(gallery)), 1, 1, 1)[:n]
    noise, top = vae.Noise("gaussian", 0.5), torch.arange(28)[:, None].expand(28, 28) >= 14
    noisy, codes = vae.corrupt(x, noise), model.encode(x).mean

    def decoder(n_codes: int) -> Callable[[], object]:
        given = torch.cat([codes, torch.ones_like(codes)], dim=1).repeat(-(-n_codes // n), 1)[:n_codes]
        return lambda: model.decoder(given)

    def encoder() -> object:
        return model.encoder(torch.cat([x, torch.ones_like(x)], dim=1))

    return x, {
        "encode": Job(model.encode, encoder, n),
        "decode": Job(lambda x: model.decode(codes[: len(x)]), decoder(n), n),
        "sample": Job(lambda x: vae.sample(model, len(x)), decoder(n), n),
        "anomaly_score": Job(lambda x: vae.anomaly_score(model, x), decoder(n), n),
        "surprise_map": Job(lambda x: vae.surprise_map(model, x), decoder(N_JUDGING), 1),
        "denoise": Job(lambda x: vae.denoise(model, noisy[: len(x)], noise), decoder(2 * N_DENOISING), 1),
        "impute": Job(lambda x: vae.impute(model, x, top.expand_as(x)), decoder(2 * N_IMPUTING), 1),
    }


@torch.inference_mode()
def main() -> None:
    """Print a table: job, digits a second one by one and at once, their ratio, and the share of the floor."""
    parser = argparse.ArgumentParser(description="Time many digits in one call beside one digit a call.")
    parser.add_argument("--digits", type=int, default=1000, help="in one call")
    n = parser.parse_args().digits
    torch.set_num_threads(1)
    x, jobs = jobs_for(n)
    print(f"{'job':16}{'one by one /s':>15}{f'{n} at once /s':>17}{'ratio':>8}{'bare / job':>12}")
    for name, (call, bare, n_bare) in jobs.items():
        call(x[:1])
        single = N_SINGLE / seconds(lambda call=call: [call(x[:1]) for _ in range(N_SINGLE)])
        bulk = n / seconds(lambda call=call: call(x))
        floor = n_bare / min(seconds(bare) for _ in range(REPEATS))
        print(f"{name:16}{single:15.1f}{bulk:17.1f}{bulk / single:8.1f}{bulk / floor:12.2f}", flush=True)


if __name__ == "__main__":
    main()
