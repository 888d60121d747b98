"""The network at work in the visitor's browser."""
