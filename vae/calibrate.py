"""The command `python -m vae.calibrate`; what it does is in vae/training/calibrate.py."""

from vae.training.calibrate import run

if __name__ == "__main__":
    run()
