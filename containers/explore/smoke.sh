latentbin-explore --matrix /data/taxonomy_composition.npz --truth /data/taxonomy_labels.tsv --class-column genus \
    --epochs 5 --output-dir explore --threads 2
# by each embedding k-means tells the two genera apart, or nearly
for embedding in PCA UMAP VAE; do
    grep -P "^$embedding\tk-means\t(1.0|0.[89])" explore/metrics.tsv
done
