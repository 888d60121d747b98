"""The model: what it encodes, and that every prefix of a code decodes."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.distributions import Normal

import vae
from unit.conftest import TINY, WRONG_MASKS, WRONG_PICTURES, Picture, every
from vae.model import Residual

K = TINY.latent_dim


def random_code(n: int, k: int, seed: int = 0) -> Tensor:
    return torch.randn(n, k, generator=torch.Generator().manual_seed(seed))


def half_known(x: Tensor) -> Tensor:
    """A mask that knows the right half."""
    observed = torch.zeros_like(x, dtype=torch.bool)
    observed[..., 14:] = True
    return observed


def test_encode_gives_a_gaussian_for_each_image(model: vae.VAE, digits: Tensor) -> None:
    q = model.encode(digits[:7])
    for part in q:
        assert part.shape == (7, model.config.latent_dim)
        assert part.dtype == torch.float32
        assert torch.isfinite(part).all()


def test_blocks_count_as_the_config_says() -> None:
    config = vae.Config(latent_dim=2, channels=4, hidden=8, blocks=3)
    bare = vae.VAE(config)
    for part, expected in ((bare.encoder, [4, 8, 8, 8]), (bare.decoder, [8, 8, 8, 4, 4, 4])):
        layers = [block.body[1] for block in part.net if isinstance(block, Residual)]
        maps = [layer.out_channels for layer in layers if isinstance(layer, torch.nn.Conv2d)]
        assert maps == expected  # 4 at 14 x 14, 8 at 7 x 7


def test_images_of_a_batch_do_not_touch_each_other(model: vae.VAE, digits: Tensor) -> None:
    batch = model.encode(digits[:5])
    alone = model.encode(digits[3:4])
    assert torch.allclose(batch.mean[3:4], alone.mean, atol=1e-4)
    assert torch.allclose(batch.logvar[3:4], alone.logvar, atol=1e-4)


def test_no_mask_means_that_all_is_known(model: vae.VAE, digits: Tensor) -> None:
    known = torch.ones(4, 1, 28, 28, dtype=torch.bool)
    assert torch.equal(model.encode(digits[:4]).mean, model.encode(digits[:4], known).mean)


@given(seed=st.integers(0, 2**31))
def test_hidden_pixels_are_not_looked_at(bare: vae.VAE, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    x, other = torch.rand(2, 2, 1, 28, 28, generator=generator)
    observed = torch.rand(2, 1, 28, 28, generator=generator) < 0.5
    q = bare.encode(x, observed)
    assert torch.equal(q.mean, bare.encode(torch.where(observed, x, other), observed).mean)
    assert torch.equal(q.logvar, bare.encode(torch.where(observed, x, other), observed).logvar)


def test_hidden_is_not_the_same_as_black(model: vae.VAE, digits: Tensor) -> None:
    x = digits[:20]
    observed = half_known(x)
    hidden, black = model.encode(x, observed), model.encode(x * observed)
    assert (hidden.mean - black.mean).abs().mean() > 0.05
    assert hidden.logvar.mean() > model.encode(x).logvar.mean()  # who sees less is less sure


def test_pictures_with_noise_outside_the_range_are_encoded(model: vae.VAE, digits: Tensor) -> None:
    noisy = vae.corrupt(digits[:3], vae.Noise("gaussian", 1.0))
    assert noisy.min() < 0 and noisy.max() > 1
    assert torch.isfinite(model.encode(noisy).mean).all()


@pytest.mark.parametrize("k", range(1, K + 1))
def test_every_prefix_decodes(bare: vae.VAE, k: int) -> None:
    logits = bare.decode(random_code(3, k))
    assert logits.shape == (3, 1, 28, 28)
    assert torch.isfinite(logits).all()


@given(seed=st.integers(0, 2**31), k=st.integers(1, K))
def test_a_prefix_decodes_as_the_whole_code_with_the_rest_masked(bare: vae.VAE, seed: int, k: int) -> None:
    z = random_code(3, K, seed)
    kept = (torch.arange(K) < k).expand(3, -1)
    assert torch.allclose(bare.decode(z[:, :k]), bare.decode_kept(z, kept), atol=1e-6)


@given(seed=st.integers(0, 2**31), k=st.integers(1, K - 1))
def test_masked_numbers_do_not_count(bare: vae.VAE, seed: int, k: int) -> None:
    z = random_code(3, K, seed)
    kept = (torch.arange(K) < k).expand(3, -1)
    assert torch.equal(bare.decode_kept(z, kept), bare.decode_kept(torch.where(kept, z, 100.0), kept))


def test_the_decoder_is_told_the_length(bare: vae.VAE) -> None:
    z = random_code(3, K)
    z[:, 2:] = 0
    assert not torch.allclose(bare.decode(z[:, :2]), bare.decode(z), atol=1e-3)


def test_longer_prefixes_come_nearer_to_the_digit(model: vae.VAE, digits: Tensor) -> None:
    x = digits[:60]
    z = model.encode(x).mean
    k_max = model.config.latent_dim
    errors = [
        (torch.sigmoid(model.decode(z[:, :k])) - x).square().mean().item() for k in (1, 2, k_max // 2, k_max)
    ]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 0.02 < errors[0]  # 17 dB, and far from it with one number


def test_the_shipped_model_is_frozen(model: vae.VAE) -> None:
    assert not model.training
    assert not any(parameter.requires_grad for parameter in model.parameters())


@given(seed=st.integers(0, 2**31), k=st.integers(1, K))
def test_posterior_density_is_the_normal_one(seed: int, k: int) -> None:
    mean, logvar = random_code(3, K, seed), random_code(3, K, seed + 1)
    z = random_code(6, k, seed + 2).view(2, 3, k)
    expected = Normal(mean[:, :k], (0.5 * logvar[:, :k]).exp()).log_prob(z)
    assert torch.allclose(vae.Posterior(mean, logvar).log_prob(z), expected, atol=1e-4)


def test_posterior_draws_have_its_mean_and_spread() -> None:
    q = vae.Posterior(torch.tensor([[1.0, -2.0]]), torch.tensor([[0.0, 2.0]]))
    z = q.sample(20_000, torch.Generator().manual_seed(0))
    assert z.shape == (20_000, 1, 2)
    assert torch.allclose(z.mean(dim=0), q.mean, atol=0.06)
    assert torch.allclose(z.std(dim=0), (0.5 * q.logvar).exp(), atol=0.06)


def test_posterior_draws_follow_their_generator(model: vae.VAE, digits: Tensor) -> None:
    q = model.encode(digits[:2])
    first, again, other = (q.sample(3, torch.Generator().manual_seed(seed)) for seed in (0, 0, 1))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_kl_has_the_exact_entropy_and_the_cross_entropy_of_the_draw(bare: vae.VAE, digits: Tensor) -> None:
    q = bare.encode(digits[:6])
    z = q.sample(1, torch.Generator().manual_seed(0))[0]
    entropy = Normal(q.mean, (0.5 * q.logvar).exp()).entropy()
    assert torch.allclose(q.kl_per_dim(bare.prior, z), -entropy - bare.prior.log_prob_per_dim(z), atol=1e-5)


def test_kl_is_the_mean_of_log_q_minus_log_p(bare: vae.VAE, digits: Tensor) -> None:
    q = bare.encode(digits[:1].expand(20_000, -1, -1, -1))
    z = q.sample(1, torch.Generator().manual_seed(0))[0]
    sampled = (q.log_prob(z).sum(dim=1) - bare.prior.log_prob(z)).mean()
    assert q.kl_per_dim(bare.prior, z).sum(dim=1).mean().item() == pytest.approx(sampled.item(), abs=0.05)


def test_a_reconstruction_is_what_the_mean_code_decodes_to(model: vae.VAE, digits: Tensor) -> None:
    copies = model.reconstruct(digits[:20])
    assert torch.equal(copies, torch.sigmoid(model.decode(model.encode(digits[:20]).mean)))
    assert (copies - digits[:20]).square().mean() < 0.01


@every(WRONG_PICTURES)
def test_wrong_pictures_are_refused(bare: vae.VAE, wrong: Picture) -> None:
    for function in (bare.encode, bare.reconstruct):
        with pytest.raises(ValueError, match=wrong.message):
            function(wrong.x)


@every(WRONG_MASKS)
def test_wrong_masks_are_refused(bare: vae.VAE, wrong: object) -> None:
    with pytest.raises(ValueError, match=r"observed must be a bool tensor \(2, 1, 28, 28\)"):
        bare.encode(torch.zeros(2, 1, 28, 28), wrong)


@pytest.mark.parametrize("shape", [(K,), (2, 0), (2, K + 1), (1, 2, 3)])
def test_wrong_codes_are_refused(bare: vae.VAE, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=rf"a code must be a tensor \(B, k\) with 1 <= k <= {K}"):
        bare.decode(torch.zeros(shape))


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16, torch.int64])
def test_codes_of_another_precision_are_refused(bare: vae.VAE, dtype: torch.dtype) -> None:
    with pytest.raises(ValueError, match=f"a code must be torch.float32, not {dtype}"):
        bare.decode(torch.zeros((2, 2), dtype=dtype))
