"""Codes as bytes: range coding of numbers on a grid, the search for the best ones, and what corrects them."""
