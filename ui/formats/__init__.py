"""Formats in which digits and pictures come and go: strokes, links, files. Nothing here knows Streamlit."""
