"""Proteomics: tables of protein quantities, labels of sample groups, and a classifier of samples."""
