import dataclasses
import hashlib
import pickle

import numpy as np
import pytest
import torch

from vae.gallery import GALLERY_FILE, load_gallery, read_gallery

IMAGES = np.zeros((3, 28, 28), np.uint8)
LABELS = np.array([0, 1, 9], np.uint8)


def test_thirty_digits_of_each_class_in_turn():
    labels = load_gallery().labels
    assert labels.dtype == torch.int64
    assert labels.tolist() == list(range(10)) * 30


def test_the_pixels_are_mnists():
    """The digest is of the same 300 images cut from train-images-idx3-ubyte."""
    images = load_gallery().images
    assert images.dtype == torch.float32
    assert images.shape == (300, 1, 28, 28)
    assert (images.min(), images.max()) == (0, 1)
    digest = hashlib.sha256((images * 255).round().to(torch.uint8).numpy().tobytes()).hexdigest()
    assert digest == "216c78eaac52a08c51031a299891509dcc061cd1d85cbd7a0a673c8e44707d3c"


def test_no_digit_comes_twice():
    assert len(load_gallery().images.flatten(1).unique(dim=0)) == 300


def test_one_copy_per_process_that_cannot_be_reassigned():
    assert load_gallery() is load_gallery()
    with pytest.raises(dataclasses.FrozenInstanceError):
        load_gallery().images = torch.zeros(1)


def test_reads_what_was_written(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (3, 28, 28), dtype=np.uint8)
    np.savez(tmp_path / "g.npz", images=images, labels=LABELS)
    gallery = read_gallery(tmp_path / "g.npz")
    assert np.array_equal(gallery.images[:, 0].numpy(), images.astype(np.float32) / 255)
    assert gallery.labels.tolist() == [0, 1, 9]


@pytest.mark.parametrize(
    "arrays",
    [
        {"images": IMAGES},
        {"labels": LABELS},
        {"images": IMAGES[:2], "labels": LABELS},
        {"images": IMAGES[:, :27], "labels": LABELS},
        {"images": IMAGES / 255, "labels": LABELS},
        {"images": IMAGES, "labels": LABELS + 1},
        {"images": IMAGES, "labels": LABELS[:, None]},
        {"images": IMAGES[:0], "labels": LABELS[:0]},
        {"images": np.array([None, "x"]), "labels": LABELS},
    ],
)
def test_arrays_that_are_no_gallery_are_refused(tmp_path, arrays):
    np.savez(tmp_path / "g.npz", **arrays)
    with pytest.raises(ValueError, match=r"g\.npz"):
        read_gallery(tmp_path / "g.npz")


def test_files_that_are_no_gallery_are_refused(tmp_path):
    whole = GALLERY_FILE.read_bytes()
    damaged = bytearray(whole)
    damaged[len(whole) // 2] ^= 0xFF
    for content in (b"", b"text", whole[: len(whole) // 2], bytes(damaged), pickle.dumps({"images": 1})):
        (tmp_path / "g.npz").write_bytes(content)
        with pytest.raises(ValueError, match="cannot be read"):
            read_gallery(tmp_path / "g.npz")
    np.save(tmp_path / "one.npy", IMAGES)
    with pytest.raises(ValueError, match="cannot be read"):
        read_gallery(tmp_path / "one.npy")
    with pytest.raises(ValueError, match="missing"):
        read_gallery(tmp_path / "nowhere.npz")


def test_no_more_is_unpacked_than_a_gallery_needs(tmp_path):
    np.savez_compressed(tmp_path / "g.npz", images=np.zeros((100_000, 28, 28), np.uint8), labels=LABELS)
    with pytest.raises(ValueError, match="cannot be read"):
        read_gallery(tmp_path / "g.npz")
