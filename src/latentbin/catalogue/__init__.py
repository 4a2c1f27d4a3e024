"""One FASTA of the contigs of many samples, each named after its sample."""
