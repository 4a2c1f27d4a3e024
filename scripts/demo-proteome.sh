#!/usr/bin/env bash
# A simulated study whose classes are known: labels, what they follow, a classifier, new samples.
# `make demo-proteome` sets up and runs it.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

if [[ ! -f demo/proteome/proteome.tsv ]]; then
    mkdir -p demo
    latentbin-simulate proteome --new-samples 40 --output-dir demo/proteome
fi
cd demo
cat >proteome.csv <<'csv'
study,table,samples,new_table,new_samples
simulated,proteome/proteome.tsv,proteome/samples.csv,proteome/new.tsv,proteome/new_samples.csv
csv
[[ -t 1 ]] || export NXF_ANSI_LOG=false
../.tools/bin/nextflow run .. --workflow proteomics --input proteome.csv --outdir proteome-results -resume

# compare TABLE COLUMN: how many samples of each class have each value of the column
compare() {
    python - "$@" <<'python'
import csv, sys
from collections import Counter

table, column = sys.argv[1:]
with open(table, newline="") as handle:
    found = Counter((row[column], row["class"]) for row in csv.DictReader(handle, delimiter="\t"))
values, classes = (sorted(set(names)) for names in zip(*found))
print(f"  {column:10}" + "".join(f"{name:>9}" for name in classes))
for value in values:
    print(f"  {value:10}" + "".join(f"{found[value, name]:9}" for name in classes))
python
}
folder=$PWD/proteome-results/simulated
echo
echo "Labels that were found (rows), and the classes that the samples were made from:"
compare "$folder/labels/labels.tsv" label
echo
echo "Labels of new samples, by the classifier, and their classes:"
compare "$folder/predictions.tsv" predicted
echo
echo "Open in a browser:            $PWD/proteome-results/report.html"
echo "Latent, by label and class:   $folder/labels/latent.svg"
echo "How eps was chosen:           $folder/labels/eps.svg"
echo "Other clusterings:            $folder/labels/methods.svg"
echo "The classifier's confusions:  $folder/classifier/confusion.svg"
echo "All results:                  $PWD/proteome-results/"
echo
echo "With your own data:  .tools/bin/nextflow run . --workflow proteomics --input studies.csv --outdir results"
