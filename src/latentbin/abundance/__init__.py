"""Abundance: how much of each contig is in each sample, from read mappings or from tables."""
