"""DeepMetaBin: a Gaussian-mixture autoencoder over a graph of contigs, and its clusters."""
