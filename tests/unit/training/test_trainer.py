"""Training: it learns what it is told to, the same for the same seed, and stops when the loss is lost."""

import functools
from dataclasses import replace

import pytest
import torch
from tqdm import tqdm

import vae
from unit.training.conftest import weights
from vae.training import costs as costs_module
from vae.training import trainer as trainer_module
from vae.training.costs import CODE_NLL_WEIGHT
from vae.training.objective import Elbo
from vae.training.options import Options
from vae.training.trainer import DivergedError, Trainer


def lose_loss(monkeypatch: pytest.MonkeyPatch, at_step: int, value: float) -> None:
    """The loss of the n-th step is not finite."""
    elbo, steps = costs_module.elbo, iter(range(1, 1000))

    def lost_elbo(*args: object) -> Elbo:
        bound = elbo(*args)
        return bound._replace(log_px=bound.log_px * value) if next(steps) == at_step else bound

    monkeypatch.setattr(costs_module, "elbo", lost_elbo)


def test_training_lowers_the_loss(trainer: functools.partial[Trainer], options: Options) -> None:
    run = trainer(replace(options, epochs=10, batch=20, learning_rate=2e-2, kl_warmup=0.0))
    model = run.fit()
    assert isinstance(model, vae.VAE)
    assert [facts["epoch"] for facts in run.history] == list(range(1, 11))
    for name, sign in (("loss", 1), ("validation_elbo", -1)):
        nats = [sign * facts[name] for facts in run.history]
        assert nats[0] > 350 and nats[-1] < 260


def test_without_warm_up_the_loss_is_minus_the_elbo_and_the_code_nll(
    trainer: functools.partial[Trainer], options: Options
) -> None:
    run = trainer(replace(options, epochs=1, kl_warmup=0.0))
    run.fit()
    facts = run.history[0]
    assert facts["loss"] == pytest.approx(CODE_NLL_WEIGHT * facts["code_nll"] - facts["elbo"], abs=1e-3)


def test_the_kl_is_free_at_first(trainer: functools.partial[Trainer], options: Options) -> None:
    run = trainer(replace(options, epochs=1, kl_warmup=1e9))
    run.fit()
    facts = run.history[0]
    expected = CODE_NLL_WEIGHT * facts["code_nll"] - facts["elbo"] - facts["kl"]
    assert facts["loss"] == pytest.approx(expected, abs=1e-2)


def test_same_seed_same_weights(trainer: functools.partial[Trainer], options: Options) -> None:
    short = replace(options, epochs=1)
    first, again, other = (trainer(replace(short, seed=seed)) for seed in (0, 0, 1))
    for run in (first, again, other):
        run.fit()
    assert torch.equal(weights(first), weights(again))
    assert first.history == again.history
    assert not torch.equal(weights(first), weights(other))
    assert torch.equal(first.checked, other.checked), "runs are compared on the same images"


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
    monkeypatch.setattr(trainer_module, "tqdm", functools.partial(tqdm, disable=True))
    hidden.fit()
    assert hidden.history == shown.history


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_loss_that_is_not_finite_stops_the_run_and_keeps_the_checkpoint(
    trainer: functools.partial[Trainer], options: Options, monkeypatch: pytest.MonkeyPatch, value: float
) -> None:
    with monkeypatch.context() as patch:
        lose_loss(patch, at_step=10, value=value)  # in the third of four epochs
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
    elbo, steps = costs_module.elbo, iter(range(1, 1000))

    def lost_elbo(*args: object) -> Elbo:
        """The same values, but in the last step of the second epoch without a gradient."""
        bound = elbo(*args)
        lost = (bound.log_px - bound.log_px.detach()).abs().sqrt()
        return bound._replace(log_px=bound.log_px + lost) if next(steps) == 8 else bound

    with monkeypatch.context() as patch:
        patch.setattr(costs_module, "elbo", lost_elbo)
        with pytest.raises(DivergedError, match="after epoch 2; the last good checkpoint is kept"):
            trainer(options).fit()
    resumed = trainer(replace(options, resume=True))
    resumed.fit()
    assert torch.isfinite(weights(resumed)).all()


def test_a_loss_lost_at_once_leaves_no_checkpoint(
    trainer: functools.partial[Trainer], options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose_loss(monkeypatch, at_step=1, value=float("nan"))
    run = trainer(options)
    with pytest.raises(DivergedError, match="epoch 1; there is no checkpoint yet"):
        run.fit()
    assert not run.checkpoint.path.exists()


def test_the_average_moves_more_slowly_than_the_model(
    trainer: functools.partial[Trainer], options: Options
) -> None:
    run = trainer(replace(options, epochs=1, ema=0.99))
    start = weights(run)
    run.fit()
    model = torch.cat([value.flatten() for value in run.model.state_dict().values()])
    assert 0 < (weights(run) - start).norm() < (model - start).norm()


@pytest.mark.parametrize(("codes", "lengths"), [("whole", {4}), ("map", {2})])
def test_a_run_may_learn_codes_of_one_length_alone(
    trainer: functools.partial[Trainer],
    options: Options,
    monkeypatch: pytest.MonkeyPatch,
    codes: str,
    lengths: set,
) -> None:
    kept, clean_input = [], costs_module.clean_input
    monkeypatch.setattr(
        costs_module, "clean_input", lambda *args: kept.append(clean_input(*args)) or kept[-1]
    )
    trainer(replace(options, epochs=1, codes=codes)).fit()
    assert set(torch.cat([clean.kept.sum(dim=1) for clean in kept]).tolist()) == lengths


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
