"""Communities and proteomes made from a seed, with their truth."""
