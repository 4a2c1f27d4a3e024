"""Which contigs a model learns from, and which judge it."""
