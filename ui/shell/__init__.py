"""What every page stands in: frame, menu, address, what is loaded and what is cached."""
