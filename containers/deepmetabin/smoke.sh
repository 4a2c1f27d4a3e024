features=(--composition /data/composition.npz --abundance /data/abundance.npz)
latentbin-deepmetabin graph "${features[@]}" --output graph.npz --threads 2
latentbin-deepmetabin embed "${features[@]}" --graph graph.npz --markers /data/markers.tsv --epochs 30 \
    --output latent.npz --threads 2
latentbin-deepmetabin cluster --latent latent.npz --graph graph.npz --markers /data/markers.tsv \
    --output clusters.tsv --threads 2
test "$(wc -l <clusters.tsv)" = 102
