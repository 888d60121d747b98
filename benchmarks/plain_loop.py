"""Training by a plain loop, to which the trainer is compared: what it learns, and how long it takes."""

import copy
import math

import torch
from torch import Tensor

from vae.model import VAE
from vae.training.augmentation import clean_input, corrupted_input, n_beyond_the_map
from vae.training.costs import CODE_NLL_WEIGHT, CORRUPTED, SHARE_AUGMENTED
from vae.training.hands import augmented
from vae.training.objective import code_nll_nats, elbo
from vae.training.options import Options
from vae.training.schedule import kl_weight, one_cycle
from vae.training.start import initialized


def plain_loop(options: Options, digits: Tensor) -> tuple[VAE, list[float]]:
    """The averaged model and the mean loss of each epoch, by a loop that knows neither graphs nor files."""
    model = initialized(options.config, options.seed)
    average, n_steps, losses = copy.deepcopy(model), 0, []
    optimizer = torch.optim.AdamW(
        model.parameters(), options.learning_rate, weight_decay=options.weight_decay
    )
    for epoch in range(options.epochs):
        generator = torch.Generator().manual_seed(options.seed * 1_000_003 + epoch + 1)
        batches = torch.randperm(len(digits), generator=generator).split(options.batch)
        total = 0.0
        for i, rows in enumerate(batches):
            epochs = epoch + i / len(batches)
            optimizer.param_groups[0]["lr"] = options.learning_rate * one_cycle(epochs / options.epochs)
            n_augmented = math.ceil(SHARE_AUGMENTED * n_beyond_the_map(len(rows), options.codes))
            images = augmented(digits[rows][:, None].float() / 255, n_augmented, generator)
            clean = clean_input(images, options.latent_dim, options.codes, generator)
            corrupted = corrupted_input(images[::CORRUPTED], options.corruptions, generator)
            bound = elbo(model, clean, generator)
            code_nll = code_nll_nats(model, corrupted, bound.z[::CORRUPTED].detach()).mean()
            weight = kl_weight(epochs, options.kl_warmup)
            loss = (weight * bound.kl - bound.log_px).mean() + CODE_NLL_WEIGHT * code_nll
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), options.clip)
            optimizer.step()
            decay = options.ema if n_steps else 0.0
            with torch.no_grad():
                for ours, theirs in zip(average.parameters(), model.parameters(), strict=True):
                    ours.copy_(decay * ours + (1 - decay) * theirs)
            n_steps += 1
            total += loss.item() * len(rows)
        losses.append(total / len(digits))
    return average, losses
