"""Labels of samples: DBSCAN on the latent, and how it compares with other clusterings."""
