"""The terms that the pages cannot do without, each explained in the same few words on every page."""

import re

_GLOSSES = {
    "nats": "units of surprise; one nat is 1.44 bits",
    "dB": "decibels, closeness to the original; 6 dB more means half the error",
    "PSNR": "peak signal-to-noise ratio, closeness to the original in decibels; higher is better",
    "KL": "Kullback–Leibler divergence, how much one distribution differs from another; 0 means not at all",
    "prior": "how likely each code is before any picture has been seen",
    "posterior": "how likely each code is once the picture has been seen",
    "latent code": "a short list of numbers that stands for the picture",
    "AUROC": "the chance that something else scores higher than a digit; 1 is perfect, 0.5 is luck",
    "out-of-distribution": "unlike anything that the model was trained on",
    "Fréchet distance": "how much two sets of pictures differ in average and variety; lower is better",
    "ELBO": "evidence lower bound, at most the log-probability of the picture; higher is better",
    "log score": "the logarithm of the probability that was given to what turned out true; near 0 is better",
    "Brier score": "the squared distance from predicted probabilities to the outcome; lower is better",
    "baseline": "another method for the same job, to compare with",
    "RMSE": "root mean squared error, the typical error of a pixel; lower is better",
}
TERMS = tuple(_GLOSSES)


def gloss(term: str) -> str:
    """What a term means, to stand in a sentence after a comma or in brackets.

    Raises:
        KeyError: it is none of TERMS.
    """
    return _GLOSSES[term]


def terms_in(words: str) -> list[str]:
    """The terms that stand in a text, in singular or plural."""
    return [
        term
        for term in TERMS
        if re.search(rf"(?<!\w){term}{'' if term.endswith('s') else 's?'}(?!\w)", words, re.IGNORECASE)
    ]


def help_on(words: str) -> str | None:
    """What all terms in a text mean, for a widget's `help`; None where there is none."""
    return "\n\n".join(f"**{term}**: {gloss(term)}." for term in terms_in(words)) or None
