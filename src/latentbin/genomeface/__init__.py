"""GenomeFace: learned distances of composition and co-abundance, and a cut by marker genes."""
