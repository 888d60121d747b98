"""Names digits, for the evaluation alone: a small convolutional network, trained once and kept in runs/."""

import io
import zlib
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from tqdm import trange

from vae.files import write_file
from vae.training.data import N_VALIDATION, as_images, load_mnist

CACHE = Path(__file__).parents[2] / "runs"
BATCH, LEARNING_RATE, LARGEST_SHIFT = 128, 3e-3, 1
SURE = 0.9  # probability from which a name counts as sure


class Classifier(nn.Module):
    """Digits (B, 1, 28, 28) in [0, 1] -> logits of the ten classes (B, 10), by way of 128 features."""

    accuracy: Tensor  # share of validation digits named right

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            *_layer(nn.Conv2d(1, 32, 4, stride=2, padding=1)),
            *_layer(nn.Conv2d(32, 64, 4, stride=2, padding=1)),
            *_layer(nn.Conv2d(64, 64, 3, padding=1)),
            *(nn.Flatten(), nn.Linear(64 * 7 * 7, 128), nn.ReLU()),
        )
        self.head = nn.Linear(128, 10)
        self.register_buffer("accuracy", torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.body(x))

    @torch.inference_mode()
    def features(self, x: Tensor) -> Tensor:
        """What the last layer looks at, (B, 128)."""
        return torch.cat([self.body(part) for part in x.split(1000)])

    @torch.inference_mode()
    def name(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """The likeliest class of each digit, int64 (B,), and its probability, (B,)."""
        probability, label = self.head(self.features(x)).softmax(dim=1).max(dim=1)
        return label, probability


def _layer(convolution: nn.Conv2d) -> tuple[nn.Module, ...]:
    return convolution, nn.BatchNorm2d(convolution.out_channels), nn.ReLU()


def train_classifier(images: Tensor, labels: Tensor, *, epochs: int, seed: int = 0) -> Classifier:
    """Train on images (N, 1, 28, 28) in [0, 1], moved at random by up to one pixel, with classes (N,)."""
    generator = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = Classifier()
        optimizer = torch.optim.AdamW(model.parameters(), weight_decay=1e-2)
        steps = -(-len(images) // BATCH) * epochs
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=steps)
        for _ in trange(epochs, desc="evaluation classifier", unit="epoch"):
            for rows in torch.randperm(len(images), generator=generator).split(BATCH):
                loss = F.cross_entropy(model(_moved(images[rows], generator)), labels[rows])
                optimizer.zero_grad(set_to_none=True)
                loss.backward()
                optimizer.step()
                schedule.step()
    return model.eval().requires_grad_(False)


def _moved(images: Tensor, generator: torch.Generator) -> Tensor:
    """Each image moved down and across by a random step; what leaves on one side enters on the other."""
    steps = torch.randint(-LARGEST_SHIFT, LARGEST_SHIFT + 1, (2, len(images), 1), generator=generator)
    rows, columns = (torch.arange(28) + steps) % 28
    every = torch.arange(len(images))[:, None, None]
    return images[every, 0, rows[:, :, None], columns[:, None, :]][:, None]


def evaluation_classifier(data: Path, *, epochs: int, seed: int = 0, cache: Path = CACHE) -> Classifier:
    """The classifier of this seed, trained on the training digits unless this file's is in the cache already.

    Raises:
        InputError: MNIST is not there.
    """
    path = cache / f"classifier-{epochs}-{seed}-{zlib.crc32(Path(__file__).read_bytes()):08x}.pt"
    if path.is_file():
        model = Classifier()
        model.load_state_dict(torch.load(path, weights_only=True))
        return model.eval().requires_grad_(False)
    digits, labels = load_mnist(data, train=True)
    images = as_images(digits)
    model = train_classifier(images[N_VALIDATION:], labels[N_VALIDATION:], epochs=epochs, seed=seed)
    right = model.name(images[:N_VALIDATION])[0] == labels[:N_VALIDATION]
    model.accuracy = right.float().mean()
    file = io.BytesIO()
    torch.save(model.state_dict(), file)
    write_file(path, file.getvalue())
    return model
