"""Sequence composition: what the words of a contig say about the genome it comes from."""
