"""How the weights and their calibration are made."""
