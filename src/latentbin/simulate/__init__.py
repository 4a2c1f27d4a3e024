"""Communities made from a seed: genomes, assemblies, reads where they belong, and the truth."""
