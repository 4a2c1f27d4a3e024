"""Bins from clusters: one FASTA per bin, tables, and what other programs read."""
