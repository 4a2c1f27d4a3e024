"""How good predictions are, and what they say of bins."""
