"""Bayes' rule with the decoder: which codes explain what was seen, and what each pixel then is."""
