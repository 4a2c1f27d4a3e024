latentbin-vamb embed --composition /data/composition.npz --abundance /data/abundance.npz --epochs 30 \
    --output latent.npz --threads 2
latentbin-vamb cluster --latent latent.npz --markers /data/markers.tsv --output clusters.tsv --threads 2
test "$(wc -l <clusters.tsv)" = 102
