"""Models of the taxon of contigs: training, tuning, prediction."""
