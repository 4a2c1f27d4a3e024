"""Proteomics: tables of protein quantities, labels of groups of samples, a classifier."""
