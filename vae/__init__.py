"""One variational autoencoder, five jobs: compress, generate, denoise, detect anomalies, impute."""

from vae.checkpoint import load_model
from vae.checks import InputError
from vae.framing import Box, FoundDigits, find_digits, frame_drawing, frame_strokes
from vae.gallery import Gallery, load_gallery
from vae.jobs.anomaly_detection import anomaly_p_value, anomaly_reference, anomaly_score, surprise_map
from vae.jobs.compression import (
    MAX_CODE_BYTES,
    MIN_CODE_BYTES,
    CodeContents,
    compress,
    compress_to_sizes,
    decompress,
    read_code,
)
from vae.jobs.denoising import denoise, estimate_noise
from vae.jobs.generation import decode_standard, interpolate, latent_grid, sample
from vae.jobs.imputation import Imputation, impute
from vae.jobs.lossless_ink import compress_ink, decompress_ink
from vae.metrics import psnr, ssim
from vae.model import VAE, Config, Posterior
from vae.noise import KINDS, Noise, corrupt
from vae.posterior.inference import log_likelihood

__all__ = [
    "KINDS",
    "MAX_CODE_BYTES",
    "MIN_CODE_BYTES",
    "VAE",
    "Box",
    "CodeContents",
    "Config",
    "FoundDigits",
    "Gallery",
    "Imputation",
    "InputError",
    "Noise",
    "Posterior",
    "anomaly_p_value",
    "anomaly_reference",
    "anomaly_score",
    "compress",
    "compress_ink",
    "compress_to_sizes",
    "corrupt",
    "decode_standard",
    "decompress",
    "decompress_ink",
    "denoise",
    "estimate_noise",
    "find_digits",
    "frame_drawing",
    "frame_strokes",
    "impute",
    "interpolate",
    "latent_grid",
    "load_gallery",
    "load_model",
    "log_likelihood",
    "psnr",
    "read_code",
    "sample",
    "ssim",
    "surprise_map",
]
