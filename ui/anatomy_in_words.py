"""What the model's own account of a digit says, in sentences."""

import math

from ui import anatomy
from ui.digit.digit import Digit


def draws(mine: Digit, scale: float, psnr_db: float) -> str:
    """How close the decoded draws come, with the posterior's σ multiplied by scale."""
    if scale == 0:
        return (
            f"**σ × 0: an ordinary autoencoder.** Without randomness, every draw is the same picture. It "
            f"matches {mine.name} at {psnr_db:.1f} dB."
        )
    if scale == 1:
        return (
            f"**σ × 1: as trained.** The draws differ only where the posterior leaves room. On average they "
            f"match {mine.name} at {psnr_db:.1f} dB."
        )
    habit = "narrower than the posterior" if scale < 1 else "wider than the posterior"
    return f"**σ × {scale:g}: {habit}.** On average the draws match {mine.name} at {psnr_db:.1f} dB."


def cost(mine: Digit, costs: dict[str, anatomy.Cost]) -> str:
    """The sum, and what another σ does to it."""
    own, other = list(costs.values())[0], list(costs.values())[-1]
    tight = anatomy.tight_nats(mine.image)
    words = (
        f"{mine.subject} costs **{own.total_nats:.1f} nats, {own.total_nats / math.log(2) / 8:.1f} bytes**. "
        "That is what an ideal coder would need for it in black and white. It is an upper bound: "
        f"{anatomy.N_DRAWS} weighted draws, most of them from a posterior fitted to this one picture, bring "
        f"it down to {tight:.1f} nats."
    )
    if other is own:
        return words + " Move σ away from 1 to see how the sum changes."
    if math.isinf(other.total_nats):
        return words + " Without σ, each number would have to be given exactly, in infinitely many bits."
    change = other.total_nats - own.total_nats
    return words + (
        f" With {list(costs)[-1]} it would be {other.total_nats:.1f}, {abs(change):.1f} "
        f"{'more' if change > 0 else 'less'}: the encoder learned the σ that keeps the sum low."
    )


def nats_and_bits(nats: float) -> str:
    """An amount of information, such as "60.1 nats · 86.7 bits"."""
    return f"{nats:.1f} nats · {nats / math.log(2):.1f} bits" if math.isfinite(nats) else "∞"
