"""Supervised taxonomy of contigs, with splits that do not flatter."""
