"""Trees over contigs: neighbours, spanning tree, linkage, and the best cut by single-copy genes."""
