"""From what people bring, a picture or pen strokes, to the 28 x 28 that the model knows."""

from vae.framing.components import Box
from vae.framing.drawing import FoundDigits, find_digits, frame_drawing
from vae.framing.strokes import frame_strokes

__all__ = ["Box", "FoundDigits", "find_digits", "frame_drawing", "frame_strokes"]
