"""What a matrix looks like: embeddings, clusterings of them, and how they agree with truth."""
