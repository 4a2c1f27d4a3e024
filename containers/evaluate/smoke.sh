latentbin-evaluate --clusters /data/clusters.tsv --truth /data/truth.binning --separator '~' \
    --output-dir evaluation
grep -Px 'near_complete\t2' evaluation/metrics.tsv
