"""From what people bring, a picture or pen strokes, to the 28 x 28 that the model knows."""

from vae.framing.components import Box
from vae.framing.drawing import FoundDigits, find_digits, frame_drawing

__all__ = ["Box", "FoundDigits", "find_digits", "frame_drawing"]
