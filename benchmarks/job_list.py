"""The jobs that benchmarks time, each with its floor: what it needs of the bare encoder or decoder."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

import vae
from vae.jobs.anomaly_detection import N_DRAWS as N_JUDGING
from vae.jobs.denoising import N_DRAWS as N_DENOISING
from vae.jobs.imputation import N_DRAWS as N_IMPUTING

N_LIKELIHOOD = 64  # draws for each digit, as `log_likelihood` takes them


class Job(NamedTuple):
    """What is timed, and its floor."""

    call: Callable[[Tensor], object]  # takes images (B, 1, 28, 28)
    bare: Callable[[], object] | None = None  # None = there is no floor that is worth telling
    n_bare: int = 1  # digits for which that is the floor


def jobs_for(n: int) -> tuple[Tensor, dict[str, Job]]:
    """Images (n, 1, 28, 28), and every job; those that take one digit a call are called for each."""
    model, gallery = vae.load_model(), vae.load_gallery().images
    x = gallery.repeat(-(-n // len(gallery)), 1, 1, 1)[:n]
    noise, top = vae.Noise("gaussian", 0.5), torch.arange(28)[:, None].expand(28, 28) >= 14
    noisy, z = vae.corrupt(x, noise), model.encode(x).mean
    codes = [vae.compress(model, image) for image in gallery[:n]]

    def decoder(n_codes: int) -> Callable[[], object]:
        given = torch.cat([z, torch.ones_like(z)], dim=1).repeat(-(-n_codes // n), 1)[:n_codes]
        return lambda: model.decoder(given)

    def encoder() -> object:
        return model.encoder(torch.cat([x, torch.ones_like(x)], dim=1))

    return x, {
        "encode": Job(model.encode, encoder, n),
        "decode": Job(lambda x: model.decode(z[: len(x)]), decoder(n), n),
        "compress": Job(lambda x: [vae.compress(model, image) for image in x]),
        "decompress": Job(
            lambda x: [vae.decompress(model, codes[i % len(codes)]) for i in range(len(x))], decoder(1)
        ),
        "compress_ink": Job(lambda x: [vae.compress_ink(model, (image > 0.5).float()) for image in x]),
        "sample": Job(lambda x: vae.sample(model, len(x)), decoder(n), n),
        "log_likelihood": Job(lambda x: vae.log_likelihood(model, x), decoder(N_LIKELIHOOD)),
        "anomaly_score": Job(lambda x: vae.anomaly_score(model, x), decoder(n), n),
        "anomaly_p_value": Job(lambda x: vae.anomaly_p_value(model, x), decoder(n), n),
        "surprise_map": Job(lambda x: vae.surprise_map(model, x), decoder(N_JUDGING)),
        "denoise": Job(lambda x: vae.denoise(model, noisy[: len(x)], noise), decoder(2 * N_DENOISING)),
        "denoise, blind": Job(lambda x: vae.denoise(model, noisy[: len(x)], None), decoder(2 * N_DENOISING)),
        "impute": Job(lambda x: vae.impute(model, x, top.expand_as(x)), decoder(2 * N_IMPUTING)),
    }
