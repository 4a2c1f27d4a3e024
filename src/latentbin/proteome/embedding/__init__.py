"""The latent of samples: an autoencoder of a proteome."""
