"""The visitor's digit: how it is drawn, picked or uploaded, framed, sent and brought back."""
