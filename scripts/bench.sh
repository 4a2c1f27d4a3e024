#!/usr/bin/env bash
# Every benchmark, on a community simulated from a seed; results go to bench/.
# PEER is an environment with vamb 5.0.4; without it, one is made in .tools/vamb (5 GB).
# prodigal and hmmsearch (Debian: prodigal, hmmer) must be on PATH.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

for program in prodigal hmmsearch; do
    command -v "$program" >/dev/null || {
        echo "$program, beside which latentbin-markers is measured, is not on PATH (Debian: prodigal, hmmer)." >&2
        exit 1
    }
done
peer=${PEER:-$root/.tools/vamb}
if [[ ! -x $peer/bin/vamb ]]; then
    make_venv "$peer"
    "$peer/bin/python" -m pip install --quiet vamb==5.0.4
fi
mkdir -p bench
[[ -f bench/community/samplesheet.csv ]] ||
    latentbin-simulate community --genome-count 20 --samples 6 --seed 3 --output-dir bench/community
gzip -dc bench/community/contigs.fna.gz >bench/contigs.fna

python benchmarks/composition/run.py --vamb-python "$peer/bin/python" --folder bench \
    --output bench/composition.json
python benchmarks/abundance/depth_speed.py --bam bench/community/S*.bam \
    --peer-python "$peer/bin/python" --output bench/abundance.json
python benchmarks/vamb/binning.py --contigs bench/contigs.fna --bam bench/community/S*.bam \
    --truth bench/community/truth.binning --vamb "$peer/bin/vamb" --output bench/binning.json
python benchmarks/vamb/scale.py --sizes 10000 30000 100000 --samples 10 --output bench/scale.json

mkdir -p bench/markers
python benchmarks/markers/run.py --fasta bench/contigs.fna --folder bench/markers \
    --output bench/markers.json

# bins of VAMB, without the genes that they are judged by
bins=bench/bins
if [[ ! -f $bins/clusters.tsv ]]; then
    mkdir -p $bins
    latentbin-composition tnf --fasta bench/contigs.fna --output $bins/composition.npz
    latentbin-abundance bam --bam bench/community/S*.bam --catalogue $bins/composition.npz \
        --output $bins/abundance.npz
    latentbin-markers find --fasta bench/contigs.fna --output $bins/markers.tsv
    latentbin-vamb embed --composition $bins/composition.npz --abundance $bins/abundance.npz \
        --output $bins/latent.npz
    latentbin-vamb cluster --latent $bins/latent.npz --output $bins/clusters.tsv
fi
python benchmarks/quality/run.py --output bench/quality.json --binning simulated \
    bench/community/truth.binning bench/community/genomes $bins/{markers,clusters}.tsv -
rm -f bench/vamb_markers.json # is appended to
python benchmarks/vamb/markers.py --latent $bins/latent.npz --markers $bins/markers.tsv \
    --truth bench/community/truth.binning --label simulated --output bench/vamb_markers.json
python benchmarks/tree/run.py --threads 2 --output bench/tree.json
python benchmarks/genomeface/scale.py --output bench/genomeface_scale.json
python benchmarks/deepmetabin/graph.py --output bench/deepmetabin_graph.json
python benchmarks/deepmetabin/constrained.py --output bench/deepmetabin_constrained.json
rm -f bench/deepmetabin.json # is added to
python benchmarks/deepmetabin/binning.py --label simulated --composition $bins/composition.npz \
    --abundance $bins/abundance.npz --markers $bins/markers.tsv \
    --truth bench/community/truth.binning --output bench/deepmetabin.json
python benchmarks/deepmetabin/scale.py --output bench/deepmetabin_scale.json
python benchmarks/proteome/study.py --folder bench/proteome_latents --output bench/proteome.json \
    --figures bench/proteome_figures # goes on where it was
