"""Time each job on one digit and one thread beside its floor: `python -m benchmarks.jobs`."""

import statistics
import time
from collections.abc import Callable

import torch

import vae
from benchmarks.job_list import Job, jobs_for

REPEATS = 7


def median_ms(job: Callable[[], object]) -> float:
    """Median time of a job in milliseconds, after one run that does not count."""
    times = []
    for _ in range(REPEATS + 1):
        start = time.perf_counter()
        job()
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times[1:])


@torch.inference_mode()
def main() -> None:
    """Print a table: job, its time, the time of its bare encoder or decoder alone."""
    torch.set_num_threads(1)
    model = vae.load_model()
    x, jobs = jobs_for(1)
    for name, n_decodes, call in (
        ("sample 16", 16, lambda x: vae.sample(model, 16)),
        ("latent_grid 20 x 20", 400, lambda x: vae.latent_grid(model, 20)),
    ):
        z = torch.zeros((n_decodes, model.config.latent_dim))
        jobs[name] = Job(call, lambda z=z: model.decode(z))
    print(f"{'job':22}{'ms':>8}{'floor':>8}")
    for name, (call, bare, _) in jobs.items():
        floor = median_ms(bare) if bare else 0.0
        print(f"{name:22}{median_ms(lambda call=call: call(x)):8.1f}{floor:8.1f}", flush=True)


if __name__ == "__main__":
    main()
