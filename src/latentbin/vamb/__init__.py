"""VAMB: a variational autoencoder over contigs, and iterative medoid clustering of its latent."""
