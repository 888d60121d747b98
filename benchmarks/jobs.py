"""Time each job on one thread beside its floor, the decodes it cannot do without: `make bench`."""

import statistics
import time
from collections.abc import Callable

import torch

import vae
from vae.jobs.anomaly_detection import N_DRAWS as N_JUDGING
from vae.jobs.denoising import N_DRAWS as N_DENOISING
from vae.jobs.imputation import N_DRAWS as N_IMPUTING

REPEATS = 7


def median_ms(job: Callable[[], object]) -> float:
    """Median time of a job in milliseconds, after one run that does not count."""
    times = []
    for _ in range(REPEATS + 1):
        start = time.perf_counter()
        job()
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times[1:])


def main() -> None:
    """Print a table: job, its time, the time of its decodes alone."""
    torch.set_num_threads(1)
    model, x = vae.load_model(), vae.load_gallery().images[:1]
    noise, observed = vae.Noise("gaussian", 0.5), torch.arange(28).expand_as(x) >= 14
    noisy, code = vae.corrupt(x, noise), vae.compress(model, x[0])
    ink = (x[0] > 0.5).float()
    jobs: dict[str, tuple[Callable[[], object], int]] = {
        "compress": (lambda: vae.compress(model, x[0]), 0),
        "decompress": (lambda: vae.decompress(model, code), 1),
        "compress_ink": (lambda: vae.compress_ink(model, ink), 0),
        "sample 16": (lambda: vae.sample(model, 16), 16),
        "latent_grid 20 x 20": (lambda: vae.latent_grid(model, 20), 400),
        "denoise": (lambda: vae.denoise(model, noisy, noise), 2 * N_DENOISING),
        "denoise, blind": (lambda: vae.denoise(model, noisy, None), 2 * N_DENOISING),
        "anomaly_p_value": (lambda: vae.anomaly_p_value(model, x), 1),
        "surprise_map": (lambda: vae.surprise_map(model, x), N_JUDGING),
        "impute": (lambda: vae.impute(model, x, observed), 2 * N_IMPUTING),
        "log_likelihood": (lambda: vae.log_likelihood(model, x), 64),
    }
    print(f"{'job':22}{'ms':>8}{'floor':>8}")
    with torch.inference_mode():
        for name, (job, n_decodes) in jobs.items():
            codes = torch.zeros((max(n_decodes, 1), model.config.latent_dim))
            floor = median_ms(lambda codes=codes: model.decode(codes)) if n_decodes else 0.0
            print(f"{name:22}{median_ms(job):8.1f}{floor:8.1f}")


if __name__ == "__main__":
    main()
