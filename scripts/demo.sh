#!/usr/bin/env bash
# A small community with known genomes, through the whole pipeline. `make demo` sets up and runs it.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

if [[ ! -f demo/community/samplesheet.csv ]]; then
    mkdir -p demo
    latentbin-simulate community --output-dir demo/community
fi
cd demo
[[ -t 1 ]] || export NXF_ANSI_LOG=false
../.tools/bin/nextflow run .. --input community/samplesheet.csv --truth community/truth.binning \
    --outdir results -resume

echo
echo "Bins (near-complete and medium-quality ones by their single-copy genes), and how they compare"
echo "with the genomes that the contigs were made from:"
# columns become lines: they are easier to read
awk -F '\t' '{ for (i = 1; i <= NF; i++) line[i] = line[i] sprintf(NR > 1 ? "%-14s" : "  %-24s", $i) }
    END { for (i = 1; i <= NF; i++) print line[i] }' results/summary.tsv
echo
echo "Open in a browser: $PWD/results/report.html"
echo
echo "All results:      $PWD/results/"
echo "For scanpy:       $PWD/results/community/results.h5ad"
for table in results/community/*/bins.tsv; do
    folder=$PWD/$(dirname "$table")
    echo
    echo "Bins (FASTA):     $folder/bins/"
    echo "Table of bins:    $PWD/$table"
    echo "Their quality:    $folder/quality.tsv"
    echo "Evaluation:       $folder/evaluation/metrics.tsv"
done
echo
echo "With your own data:  .tools/bin/nextflow run . --input samplesheet.csv --outdir results"
