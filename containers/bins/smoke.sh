latentbin-bins write --fasta /data/catalogue.fna.gz --clusters /data/clusters.tsv --separator '~' \
    --min-bin-size 10000 --output-dir bins
latentbin-bins quality --contig2bin bins/contig2bin.tsv --fasta /data/catalogue.fna.gz \
    --markers /data/markers.tsv --output quality.tsv
# as many bins on file as in the tables
bins=$(find bins/bins -name '*.fna.gz' | wc -l)
test "$bins" = 4
test "$(wc -l <bins/bins.tsv)" = 5
test "$(wc -l <quality.tsv)" = 5
