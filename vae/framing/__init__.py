"""From what people bring, a picture or pen strokes, to the 28 x 28 that the model knows."""

from vae.framing.components import Box
from vae.framing.drawing import find_digits, flatten_paper, frame_drawing

__all__ = ["Box", "find_digits", "flatten_paper", "frame_drawing"]
