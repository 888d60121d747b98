"""The options of a training run: what the command line of `python -m vae.train` sets."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from vae.checks import check_count, check_number
from vae.model import Config
from vae.training.augmentation import Codes, Corruptions
from vae.training.data import default_root

COUNTS = {"epochs": (1, 100_000), "batch": (1, 50_000), "seed": (-(2**40), 2**40)}
NUMBERS = {
    "minutes": (0.001, 1e6),
    "learning_rate": (1e-9, 1.0),
    "weight_decay": (0.0, 1.0),
    "kl_warmup": (0.0, 1e9),
    "clip": (1e-6, 1e6),
    "ema": (0.0, 1 - 1e-9),
}


def _flag(name: str) -> str:
    """A field as the command line calls it."""
    return "--" + name.replace("_", "-")


@dataclass(frozen=True)
class Options:
    """Train the nested VAE on MNIST and write its weights, its training curve and the facts of the run.

    Raises:
        InputError: a number that no run can have.
    """

    data: Path = default_root()
    """Folder that holds MNIST/raw; downloaded there if missing. Default: $MNIST_ROOT, else ./data."""
    out: Path | None = None
    """Folder for vae.safetensors and training.json. Default: that of --run; weights for those that ship."""
    force: bool = False
    """Replace weights in --out that are better on validation digits, or of which that is not known."""
    run: Path = Path("runs/default")
    """Folder for the checkpoint that --resume continues."""
    resume: bool = False
    """Continue the run in --run to the same result as if it had not been interrupted."""
    start: Path | None = None
    """Weights file to start from, its training.json beside it; a prior of another kind starts anew."""
    epochs: int = 80
    """Passes over the training digits."""
    minutes: float | None = None
    """Minutes that training takes, in place of --epochs: the schedule follows the time."""
    batch: int = 256
    """Digits in a step."""
    learning_rate: float = 1.5e-3
    """Highest learning rate of the one-cycle schedule (rise over 5 % of the steps, cosine fall)."""
    weight_decay: float = 1e-3
    """Decoupled weight decay of AdamW."""
    kl_warmup: float = 2.0
    """Epochs over which the weight of the KL rises from 0 to 1."""
    clip: float = 200.0
    """Highest norm of the gradient."""
    ema: float = 0.999
    """Decay of the running average of the weights that is saved."""
    seed: int = 0
    """Same seed, same machine, same weights."""
    device: str = "auto"
    """auto, cpu, cuda or cuda:N."""
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    """Arithmetic of encoder and decoder; auto: bfloat16 where the processor has it."""
    learn: Literal["all", "prior"] = "all"
    """What learns: all, from augmented digits, or the prior alone, the codes of digits as they are."""
    codes: Codes = "nested"
    """Lengths of code to learn: nested for every prefix, whole for K alone, map for two numbers alone."""
    corruptions: Corruptions = "all"
    """What to recognise codes from beside clean digits: all, noise alone, or holes alone."""
    latent_dim: int = 32
    """K, the length of the whole code."""
    channels: int = 32
    """Feature maps at 14 x 14; twice as many at 7 x 7."""
    hidden: int = 256
    """Width of the vector between maps and code."""
    blocks: int = 2
    """Residual blocks at 7 x 7, and at 14 x 14 in the decoder; the encoder has a single one there."""

    def __post_init__(self) -> None:
        for name, (lowest, highest) in COUNTS.items():
            check_count(_flag(name), getattr(self, name), lowest, highest)
        for name, (least, most) in NUMBERS.items():
            if getattr(self, name) is not None:
                check_number(_flag(name), getattr(self, name), least, most)
        _ = self.config  # which checks its own sizes

    @property
    def results(self) -> Path:
        """The folder for weights and facts."""
        return self.out or self.run

    @property
    def config(self) -> Config:
        return Config(self.latent_dim, self.channels, self.hidden, self.blocks)


def shape_options(config: Config) -> dict[str, Any]:
    """The options that give encoder and decoder the shape of a config."""
    return {name: size for name, size in asdict(config).items() if not name.startswith("prior_")}


def resumable(options: Options) -> dict[str, Any]:
    """The options that fix the result of a run: all but folders, device, --resume and --force."""
    skipped = {"data", "out", "force", "run", "resume", "device"}
    kept = {name: value for name, value in asdict(options).items() if name not in skipped}
    epochs = options.epochs if options.minutes is None else None  # of which --minutes take the place
    return kept | {"start": options.start and str(options.start), "epochs": epochs}
