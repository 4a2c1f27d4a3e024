latentbin-genomeface embed --fasta /data/catalogue.fna.gz --abundance /data/abundance.npz \
    --output embedding.npz --threads 2
latentbin-genomeface cluster --embedding embedding.npz --markers /data/markers.tsv \
    --output clusters.tsv --threads 2
test "$(wc -l <clusters.tsv)" = 102
