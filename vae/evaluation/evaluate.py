"""Measure the shipped model against its baselines on test digits: `python -m vae.evaluate --help`."""

import os
import shlex
import sys
import time
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import torch
from tqdm import tqdm

from vae.checkpoint import WEIGHTS, fingerprint, load_model
from vae.checks import InputError
from vae.evaluation.anomaly_protocol import anomaly
from vae.evaluation.classifier import evaluation_classifier
from vae.evaluation.compression_protocol import compression, lossless
from vae.evaluation.denoising_protocol import denoising
from vae.evaluation.density_protocol import density
from vae.evaluation.evaluation_data import QUICK, Job, Sizes, read_data
from vae.evaluation.generation_protocol import generation
from vae.evaluation.handwriting_protocol import handwriting
from vae.evaluation.imputation_protocol import imputation
from vae.evaluation.report import score_table, write_reports
from vae.evaluation.score_file import read_scores, write_scores
from vae.evaluation.scores import Row, Scores
from vae.evaluation.sharing_cost import cost_of_sharing
from vae.training.command import run_command
from vae.training.data import default_root
from vae.training.train import commit

JOBS = (
    density,
    compression,
    lossless,
    generation,
    denoising,
    imputation,
    anomaly,
    handwriting,
    cost_of_sharing,
)
LONGEST_FIRST = (
    denoising,
    handwriting,
    anomaly,
    density,
    imputation,
    compression,
    lossless,
    generation,
    cost_of_sharing,
)


@dataclass(frozen=True)
class Options:
    """Measure all five jobs beside baselines on test digits; write scores, model card and README's table."""

    data: Path = default_root()
    """Folder of MNIST/raw, and of ood/ and strokes/ if any. Default: $MNIST_ROOT, else ./data."""
    quick: bool = False
    """A rehearsal in two minutes with a twentieth of the digits and draws; it prints and writes nothing."""
    seed: int = 0
    """Of every random choice."""
    jobs: tuple[str, ...] = ()
    """Measure these alone, such as anomaly, and leave all other figures as they are. Default: all jobs."""

    @property
    def chosen(self) -> list[Job]:
        return [job for job in JOBS if not self.jobs or job.__name__ in self.jobs]

    @property
    def sizes(self) -> Sizes:
        return QUICK if self.quick else Sizes()


def evaluate(options: Options) -> list[Row]:
    """The chosen jobs' figures of the shipped model, each job in a process of its own, with a progress bar.

    Raises:
        InputError: a job is unknown, or MNIST, the weights or their calibration are not there.
    """
    if unknown := set(options.jobs) - {job.__name__ for job in JOBS}:
        raise InputError(f"there is no job {', '.join(sorted(unknown))}; jobs are {_names(JOBS)}")
    n_workers = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    with ProcessPoolExecutor(n_workers, get_context("spawn")) as pool, tqdm(total=len(options.chosen)) as bar:
        jobs = [job for job in LONGEST_FIRST if job in options.chosen]
        measured: dict[Job, Future[list[Row]]] = {job: pool.submit(_measure, job, options) for job in jobs}
        names = {future: job.__name__ for job, future in measured.items()}
        for future in as_completed(names):
            future.result()
            bar.set_description(f"{names[future]} done")
            bar.update()
    return [row for job in options.chosen for row in measured[job].result()]


def _measure(job: Job, options: Options) -> list[Row]:
    """One job's figures, on one thread."""
    torch.set_num_threads(1)
    data = read_data(options.data, options.sizes, options.seed)
    return list(job(load_model(), data, options.sizes, options.seed))


def _names(jobs: Sequence[Job]) -> str:
    return ", ".join(job.__name__ for job in jobs)


def main(options: Options) -> None:
    """Measure, print, and unless in a hurry write."""
    start, started_from = time.perf_counter(), commit()
    classifier = evaluation_classifier(options.data, epochs=options.sizes.epochs, seed=options.seed)
    rows = evaluate(options)
    run = Scores(
        command="python -m vae.evaluate " + shlex.join(sys.argv[1:]),
        commit=started_from,
        weights=fingerprint(load_model()),
        date=date.today().isoformat(),
        seed=options.seed,
        quick=options.quick,
        minutes=round((time.perf_counter() - start) / 60, 1),
        classifier_accuracy=round(classifier.accuracy.item(), 4),
        renewed=(),
        rows=tuple(rows),
    )
    print(score_table(run.rows))
    if options.quick:
        return
    earlier = read_scores() if options.jobs else None
    write_scores(run if earlier is None else earlier.renewed_by(run))
    write_reports(WEIGHTS, WEIGHTS.parent / "README.md")


def run() -> None:
    """The command."""
    run_command("vae.evaluate", main, Options)
