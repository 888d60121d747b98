"""The command `python -m vae.train`; what it does is in vae/training/train.py."""

from vae.training.train import run

if __name__ == "__main__":
    run()
