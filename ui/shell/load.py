"""The model and the gallery, once in a process, shared by all visitors."""

import streamlit as st
import torch

import vae


@st.cache_resource(show_spinner=False)
def model() -> vae.VAE:
    """The shipped model, ready to use, on one thread a session."""
    torch.set_num_threads(1)
    return vae.load_model()


@st.cache_resource(show_spinner=False)
def gallery() -> vae.Gallery:
    """The held-out digits that a visitor can pick from."""
    return vae.load_gallery()
