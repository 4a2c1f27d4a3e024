latentbin-simulate community --genome-count 3 --genome-length 100000 --samples 2 --output-dir community
latentbin-simulate proteome --output-dir proteome
latentbin-simulate taxonomy --genera 2 --output-dir taxonomy
test "$(wc -l <community/samplesheet.csv)" = 3
test "$(wc -l <proteome/samples.csv)" -gt 10
test "$(cut -f2 taxonomy/labels.tsv | sort -u | wc -l)" = 3
