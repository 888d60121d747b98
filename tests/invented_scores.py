"""Invented scores and an invented training for tests."""

from dataclasses import replace

from vae.evaluation.scores import Baseline, Row, Scores
from vae.evaluation.training_run import Epoch, TrainingRun

ROW = Row(
    job="Denoising",
    case="gaussian 0.5",
    protocol="invented for a test",
    unit="dB",
    better="higher",
    ours=20.5,
    n=200,
    baselines=(Baseline("Median", 14.25), Baseline("Total variation", 18.75)),
    goal=19.0,
)
WON = ROW
LOST = replace(
    ROW,
    case="gaussian 1",
    ours=15.5,
    baselines=(Baseline("Median", 9.0), Baseline("Filter X", 17.25)),
    goal=17.25,
)
TIED = replace(
    ROW,
    job="Density",
    unit="nats",
    better="lower",
    ours=84.5,
    baselines=(Baseline("IWAE", 84.5, "published"),),
    goal=None,
)
ALONE = replace(
    ROW, job="Anomaly detection", unit="share", better="lower", ours=0.05, baselines=(), goal=None
)
SCORES = Scores(
    command="python -m vae.evaluate --seed 3",
    commit="abc1234",
    weights=123,
    date="2026-01-02",
    seed=3,
    quick=False,
    minutes=12.5,
    classifier_accuracy=0.9923,
    renewed=(),
    rows=(WON, LOST, TIED, ALONE),
)
TRAINING = TrainingRun(
    command="python -m vae.train",
    commit="abc",
    hours=1.5,
    device="2 CPU threads",
    precision="float32",
    torch="2.14",
    parameters=2_100_000,
    options={"epochs": 3, "latent_dim": 32},
    history=(Epoch(3, -90.0, -145.0),),
    epochs=3.0,
    left_out=None,
    started_from=None,
)
