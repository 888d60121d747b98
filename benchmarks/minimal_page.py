"""The yardstick: the same canvas, the same PyTorch, one picture, and nothing else."""

import io

import numpy as np
import streamlit as st
import torch
from PIL import Image
from streamlit_drawable_canvas import st_canvas

SIDE = 320

torch.set_num_threads(1)
drawn = st_canvas(
    stroke_width=43,
    stroke_color="#ffffff",
    background_color="#000000",
    width=SIDE,
    height=SIDE,
    return_image_data=True,
    key="canvas",
).image_data
pixels = np.zeros((SIDE, SIDE, 4), np.uint8) if drawn is None else np.asarray(drawn, np.uint8)
ink = torch.from_numpy(pixels[..., 0].astype(np.float32))[None, None] / 255
small = torch.nn.functional.interpolate(ink, size=28, mode="area")[0, 0]
file = io.BytesIO()
Image.fromarray((255 * small.numpy()).astype(np.uint8)).resize((140, 140), Image.Resampling.NEAREST).save(
    file, "PNG"
)
st.image(file.getvalue(), width=140)
