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
echo "Bins, and how they compare with the genomes that the contigs were made from:"
# columns become lines: they are easier to read
while IFS=$'\t' read -r -a cells; do
    if [[ ! ${names[*]:-} ]]; then
        names=("${cells[@]}")
    else
        for i in "${!cells[@]}"; do printf '  %-18s %s\n' "${names[$i]}" "${cells[$i]}"; done
    fi
done <results/summary.tsv
echo
echo "Bins (FASTA):     $PWD/results/community/vamb/bins/"
echo "Table of bins:    $PWD/results/community/vamb/bins.tsv"
echo "Evaluation:       $PWD/results/community/vamb/evaluation/metrics.tsv"
echo "All results:      $PWD/results"
echo
echo "With your own data:  .tools/bin/nextflow run . --input samplesheet.csv --outdir results"
