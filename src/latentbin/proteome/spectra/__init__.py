"""From identified spectra to a table of protein quantities."""
