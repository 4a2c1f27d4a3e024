latentbin-markers find --fasta /data/catalogue.fna.gz --output markers.tsv --threads 2
diff <(sort markers.tsv) <(sort /data/markers.tsv)
