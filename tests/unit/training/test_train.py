"""Training: it learns, it resumes to the same result, and it stops when the loss is lost."""

import functools
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor
from tqdm import tqdm

import vae
from unit.test_checkpoint import Trap
from vae.checkpoint import read_weights, save_weights
from vae.training import train
from vae.training.objective import Elbo
from vae.training.train import GUESS_WEIGHT, DivergedError, Options, Trainer, one_cycle, resumable


@pytest.fixture
def options(tmp_path: Path) -> Options:
    """A run of a few seconds."""
    return Options(
        out=tmp_path / "weights",
        run=tmp_path / "run",
        epochs=4,
        batch=50,
        kl_warmup=1.0,
        ema=0.9,
        device="cpu",
        precision="float32",
        latent_dim=4,
        channels=4,
        hidden=16,
        blocks=1,
    )


@pytest.fixture
def trainer(pixels: Tensor) -> functools.partial[Trainer]:
    """`trainer(options)`: a run on 200 gallery digits, checked on the other 100."""
    return functools.partial(Trainer, train=pixels[:200], validation=pixels[200:])


def weights(trainer: Trainer) -> Tensor:
    return torch.cat([value.flatten() for value in trainer.averaged.state_dict().values()])


def interrupt(monkeypatch: pytest.MonkeyPatch, at_step: int) -> None:
    """Training is interrupted, as by Ctrl-C, in its n-th step."""
    step, steps = Trainer._step, iter(range(1, 1000))

    def interrupted(self: Trainer, *args: object) -> Tensor:
        if next(steps) == at_step:
            raise KeyboardInterrupt
        return step(self, *args)

    monkeypatch.setattr(Trainer, "_step", interrupted)


def spoil_loss(monkeypatch: pytest.MonkeyPatch, at_step: int, value: float) -> None:
    """The loss of the n-th step is not finite."""
    elbo, steps = train.elbo, iter(range(1, 1000))

    def spoiled(*args: object) -> Elbo:
        bound = elbo(*args)
        return bound._replace(log_px=bound.log_px * value) if next(steps) == at_step else bound

    monkeypatch.setattr(train, "elbo", spoiled)


def test_training_lowers_the_loss(trainer: functools.partial[Trainer], options: Options) -> None:
    run = trainer(replace(options, epochs=10, batch=20, learning_rate=2e-2, kl_warmup=0.0))
    model = run.fit()
    assert isinstance(model, vae.VAE)
    assert [facts["epoch"] for facts in run.history] == list(range(1, 11))
    for name, sign in (("loss", 1), ("validation_elbo", -1)):
        nats = [sign * facts[name] for facts in run.history]
        assert nats[0] > 350 and nats[-1] < 260


def test_without_warm_up_the_loss_is_minus_the_elbo_and_the_guess(
    trainer: functools.partial[Trainer], options: Options
) -> None:
    run = trainer(replace(options, epochs=1, kl_warmup=0.0))
    run.fit()
    facts = run.history[0]
    assert facts["loss"] == pytest.approx(GUESS_WEIGHT * facts["guess"] - facts["elbo"], abs=1e-3)


def test_the_kl_is_free_at_first(trainer: functools.partial[Trainer], options: Options) -> None:
    run = trainer(replace(options, epochs=1, kl_warmup=1e9))
    run.fit()
    facts = run.history[0]
    expected = GUESS_WEIGHT * facts["guess"] - facts["elbo"] - facts["kl"]
    assert facts["loss"] == pytest.approx(expected, abs=1e-2)


def test_same_seed_same_weights(trainer: functools.partial[Trainer], options: Options) -> None:
    short = replace(options, epochs=1)
    first, again, other = (trainer(replace(short, seed=seed)) for seed in (0, 0, 1))
    for run in (first, again, other):
        run.fit()
    assert torch.equal(weights(first), weights(again))
    assert first.history == again.history
    assert not torch.equal(weights(first), weights(other))


def test_random_numbers_of_others_neither_change_a_run_nor_are_changed(
    trainer: functools.partial[Trainer], options: Options
) -> None:
    first = trainer(replace(options, epochs=1))
    first.fit()
    torch.rand(7)
    before = torch.get_rng_state()
    again = trainer(replace(options, epochs=1))
    again.fit()
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(weights(first), weights(again))


def test_a_run_without_its_progress_bar_is_the_same(
    trainer: functools.partial[Trainer], options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown, hidden = (trainer(replace(options, epochs=1)) for _ in range(2))
    shown.fit()
    monkeypatch.setattr(train, "tqdm", functools.partial(tqdm, disable=True))
    hidden.fit()
    assert hidden.history == shown.history


@pytest.mark.parametrize("at_step", [5, 10, 12])  # of 16: first of an epoch, in the middle, last
def test_an_interrupted_run_resumes_to_the_same_result(
    trainer: functools.partial[Trainer], options: Options, monkeypatch: pytest.MonkeyPatch, at_step: int
) -> None:
    whole = trainer(replace(options, run=options.run / "whole"))
    whole.fit()
    with monkeypatch.context() as patch:
        interrupt(patch, at_step)
        with pytest.raises(KeyboardInterrupt):
            trainer(options).fit()
    resumed = trainer(replace(options, resume=True))
    resumed.fit()
    assert len(resumed.history) == options.epochs
    for facts, expected in zip(resumed.history, whole.history, strict=True):
        assert facts == pytest.approx(expected, abs=1e-5)
    assert torch.equal(weights(resumed), weights(whole))


def test_a_finished_run_resumes_to_itself(trainer: functools.partial[Trainer], options: Options) -> None:
    run = trainer(replace(options, epochs=1))
    run.fit()
    resumed = trainer(replace(options, epochs=1, resume=True))
    resumed.fit()
    assert resumed.history == run.history
    assert torch.equal(weights(resumed), weights(run))


def test_a_finished_run_writes_the_same_facts_again(
    trainer: functools.partial[Trainer], options: Options
) -> None:
    first = trainer(replace(options, epochs=1, run=options.run / "first"))
    first.fit()
    train.write_results(first, "0123456")
    start = options.out / "vae.safetensors"  # which the second run replaces by its own
    for resume in (False, True, True):
        second = trainer(replace(options, epochs=1, start=start, resume=resume))
        second.fit()
        train.write_results(second, "6543210")
        facts = json.loads((options.out / "training.json").read_text())
        assert facts["started_from"]["commit"] == "0123456"
        assert facts["started_from"]["started_from"] is None


def test_there_must_be_a_run_to_resume(trainer: functools.partial[Trainer], options: Options) -> None:
    with pytest.raises(ValueError, match="there is no checkpoint to resume in"):
        trainer(replace(options, resume=True)).fit()


@pytest.mark.parametrize(
    "change",
    [{"seed": 1}, {"epochs": 3}, {"batch": 40}, {"learning_rate": 1e-4}, {"latent_dim": 5}, {"codes": "map"}],
    ids=str,
)
def test_a_run_with_other_options_is_not_resumed(
    trainer: functools.partial[Trainer], options: Options, change: dict
) -> None:
    trainer(options)._save()
    with pytest.raises(ValueError, match="was trained with other options"):
        trainer(replace(options, resume=True, **change)).fit()


def test_folders_and_device_may_change_between_runs(options: Options) -> None:
    elsewhere = replace(options, data=Path("a"), out=Path("b"), run=Path("c"), resume=True, device="auto")
    assert resumable(elsewhere) == resumable(options)
    assert set(resumable(options)) >= {"epochs", "batch", "learning_rate", "seed", "precision", "latent_dim"}


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_loss_that_is_not_finite_stops_the_run_and_keeps_the_checkpoint(
    trainer: functools.partial[Trainer], options: Options, monkeypatch: pytest.MonkeyPatch, value: float
) -> None:
    with monkeypatch.context() as patch:
        spoil_loss(patch, at_step=10, value=value)  # in the third of four epochs
        run = trainer(options)
        with pytest.raises(
            DivergedError, match="the loss is .* in epoch 3; the last good checkpoint is kept"
        ):
            run.fit()
    assert len(run.history) == 2
    resumed = trainer(replace(options, resume=True))
    resumed.fit()
    assert len(resumed.history) == options.epochs
    assert torch.isfinite(weights(resumed)).all()


def test_a_last_gradient_that_is_not_finite_keeps_the_good_checkpoint(
    trainer: functools.partial[Trainer], options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    elbo, steps = train.elbo, iter(range(1, 1000))

    def spoiled(*args: object) -> Elbo:
        """The same values, but in the last step of the second epoch without a gradient."""
        bound = elbo(*args)
        lost = (bound.log_px - bound.log_px.detach()).abs().sqrt()
        return bound._replace(log_px=bound.log_px + lost) if next(steps) == 8 else bound

    with monkeypatch.context() as patch:
        patch.setattr(train, "elbo", spoiled)
        with pytest.raises(DivergedError, match="after epoch 2; the last good checkpoint is kept"):
            trainer(options).fit()
    resumed = trainer(replace(options, resume=True))
    resumed.fit()
    assert torch.isfinite(weights(resumed)).all()


def test_a_loss_lost_at_once_leaves_no_checkpoint(
    trainer: functools.partial[Trainer], options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil_loss(monkeypatch, at_step=1, value=float("nan"))
    run = trainer(options)
    with pytest.raises(DivergedError, match="epoch 1"):
        run.fit()
    assert not run.checkpoint.exists()


def test_a_checkpoint_is_not_unpickled(trainer: functools.partial[Trainer], options: Options) -> None:
    options.run.mkdir(parents=True)
    sprung = options.run / "sprung"
    torch.save({"options": Trap(sprung)}, options.run / "checkpoint.pt")
    with pytest.raises(Exception, match="[Ww]eights"):
        trainer(replace(options, resume=True)).fit()
    assert not sprung.exists()


def test_a_checkpoint_is_replaced_at_once(trainer: functools.partial[Trainer], options: Options) -> None:
    trainer(replace(options, epochs=2)).fit()
    assert os.listdir(options.run) == ["checkpoint.pt"]


def test_the_average_moves_more_slowly_than_the_model(
    trainer: functools.partial[Trainer], options: Options
) -> None:
    run = trainer(replace(options, epochs=1, ema=0.99))
    start = weights(run)
    run.fit()
    model = torch.cat([value.flatten() for value in run.model.state_dict().values()])
    assert 0 < (weights(run) - start).norm() < (model - start).norm()


def test_the_schedule_rises_then_falls() -> None:
    factors = torch.tensor([one_cycle(progress / 1000) for progress in range(1001)])
    assert factors[0] > 0
    assert (factors[:51].diff() >= 0).all() and (factors[50:].diff() <= 0).all()
    assert factors.max().item() == pytest.approx(1)
    assert factors[-1].item() == pytest.approx(0, abs=1e-9)


def test_the_command_writes_weights_and_facts(
    options: Options, pixels: Tensor, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setattr(train, "training_digits", lambda root: pixels[:200])
    monkeypatch.setattr(train, "validation_digits", lambda root: pixels[200:])
    monkeypatch.setattr("sys.argv", ["vae.train", "--epochs", "1"])
    train.main(replace(options, epochs=1))
    model = read_weights(options.out / "vae.safetensors")
    facts = json.loads((options.out / "training.json").read_text())
    assert model.config == options.config
    assert facts["command"] == "python -m vae.train --epochs 1"
    assert facts["parameters"] == sum(parameter.numel() for parameter in model.parameters())
    assert facts["options"] == resumable(replace(options, epochs=1))
    assert facts["precision"] == "float32"
    assert facts["hours"] >= 0
    assert facts["history"][-1].keys() == {
        "epoch",
        "loss",
        "elbo",
        "kl",
        "guess",
        "validation_elbo",
        "validation_elbo_2",
    }
    assert "validation ELBO" in capsys.readouterr().out


def test_a_run_starts_from_the_weights_and_facts_of_another(
    trainer: functools.partial[Trainer], options: Options
) -> None:
    first = trainer(replace(options, epochs=1))
    first.fit()
    train.write_results(first, "0123456")
    weights_file = options.out / "vae.safetensors"
    second = trainer(replace(options, start=weights_file, run=options.run / "second", epochs=0))
    assert torch.equal(weights(second), weights(first).half().float())
    earlier = train.earlier_run(weights_file)
    assert earlier is not None and earlier["commit"] == "0123456" and earlier["history"] == first.history
    assert train.earlier_run(None) is None
    with pytest.raises(ValueError, match="there is no weights file nowhere"):
        trainer(replace(options, start=options.out / "nowhere"))
    with pytest.raises(ValueError, match="have another config than this run's options"):
        trainer(replace(options, start=weights_file, hidden=options.hidden + 8))


def test_a_prior_of_another_kind_starts_anew(
    trainer: functools.partial[Trainer], options: Options, tmp_path: Path
) -> None:
    earlier = vae.VAE(replace(options.config, prior_components=2))
    save_weights(earlier, tmp_path / "earlier.safetensors")
    started = trainer(replace(options, start=tmp_path / "earlier.safetensors")).model.state_dict()
    fresh = trainer(options).model.state_dict()
    for name, value in started.items():
        same = fresh[name] if name.startswith("prior.") else earlier.state_dict()[name].half().float()
        assert torch.equal(value, same)


@pytest.mark.parametrize(("codes", "lengths"), [("whole", {4}), ("map", {2})])
def test_a_run_may_learn_codes_of_one_length_alone(
    trainer: functools.partial[Trainer],
    options: Options,
    monkeypatch: pytest.MonkeyPatch,
    codes: str,
    lengths: set,
) -> None:
    kept, view = [], train.clean_view
    monkeypatch.setattr(train, "clean_view", lambda *args: kept.append(view(*args)) or kept[-1])
    trainer(replace(options, epochs=1, codes=codes)).fit()
    assert set(torch.cat([view.kept.sum(dim=1) for view in kept]).tolist()) == lengths


def test_bfloat16_trains_too(trainer: functools.partial[Trainer], options: Options) -> None:
    run = trainer(replace(options, epochs=1, precision="bfloat16"))
    run.fit()
    assert run.bfloat16
    assert torch.isfinite(weights(run)).all()
    assert {value.dtype for value in run.model.state_dict().values()} == {torch.float32}


def test_the_prior_may_learn_alone(trainer: functools.partial[Trainer], options: Options) -> None:
    run = trainer(replace(options, epochs=2, learn="prior"))
    before = {name: value.clone() for name, value in run.model.state_dict().items()}
    run.fit()
    for name, value in run.model.state_dict().items():
        assert torch.equal(value, before[name]) != name.startswith("prior.")
    assert run.history[-1]["kl"] < run.history[0]["kl"]
    assert run.history[-1]["loss"] == run.history[-1]["kl"]
