"""The command `python -m vae.evaluate`; what it does is in vae/evaluation/evaluate.py."""

from vae.evaluation.evaluate import run

if __name__ == "__main__":
    run()
