#!/usr/bin/env bash
# Makes galaxy_tools/latentbin/test-data anew: a community of two small genomes in two samples, and
# what the commands make of it. The tests of the Galaxy tools compare with what is in these files.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
export PATH=$root/.venv/bin:$PATH

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

latentbin-simulate community --output-dir community --seed 3 --mode multi --samples 2 \
    --genome-count 2 --genome-length 100000 --divergence 0 --dropout 0 --depth 3 --spread 0.4 \
    --n50 30000 --min-contig-length 1000
cp community/{S1,S2}.bam community/truth.binning community/assemblies/*.fna.gz .
latentbin-catalogue --assembly S1.fna.gz S2.fna.gz --sample S1 S2 --output catalogue.fna.gz

# features
latentbin-composition tnf --fasta catalogue.fna.gz --output composition.npz
latentbin-markers find --fasta catalogue.fna.gz --output markers.tsv --proteins genes.faa --threads 1
for sample in S1 S2; do
    latentbin-abundance bam --bam "$sample.bam" --catalogue composition.npz --threads 1 \
        --output "abundance_$sample.npz"
done
latentbin-abundance merge --abundance abundance_S1.npz abundance_S2.npz --output abundance.npz
latentbin-abundance bam --bam S1.bam S2.bam --catalogue composition.npz --unit rpkm --threads 1 \
    --output rpkm.npz

# binners, briefly
mkdir weights
latentbin-vamb embed --composition composition.npz --abundance abundance.npz --epochs 30 \
    --device cpu --threads 1 --output vamb_latent.npz
latentbin-deepmetabin graph --composition composition.npz --abundance abundance.npz --threads 1 \
    --output graph.npz
latentbin-deepmetabin embed --composition composition.npz --abundance abundance.npz \
    --graph graph.npz --markers markers.tsv --epochs 20 --device cpu --threads 1 \
    --output deepmetabin_latent.npz
latentbin-deepmetabin cluster --latent deepmetabin_latent.npz --graph graph.npz \
    --markers markers.tsv --separator '~' --threads 1 --output clusters.tsv
latentbin-genomeface embed --fasta catalogue.fna.gz --abundance abundance.npz --device cpu \
    --threads 1 --output embedding.npz
latentbin-genomeface train abundance --steps 1 --device cpu --threads 1 \
    --output weights/abundance_weights.npz
latentbin-bins write --fasta catalogue.fna.gz --clusters clusters.tsv --separator '~' \
    --min-bin-size 10000 --threads 1 --output-dir bins
cp bins/contig2bin.tsv weights/abundance_weights.json .
latentbin-bins quality --contig2bin contig2bin.tsv --fasta catalogue.fna.gz --markers markers.tsv \
    --output bins_quality.tsv
latentbin-report group --name gut --fasta catalogue.fna.gz --composition composition.npz \
    --abundance abundance.npz --markers markers.tsv --contig2bin vamb=contig2bin.tsv \
    --clusters vamb=clusters.tsv --latent vamb=vamb_latent.npz --quality vamb=bins_quality.tsv \
    --truth truth.binning --separator '~' --threads 1 --output group_summary.json

# what other programs make: depth tables, CheckM2's report, a profile with a cut-off, a CRAM file
python - <<'PY'
import re
from pathlib import Path

import pyhmmer
import pysam

from latentbin.files import open_binary_reader
from latentbin.matrix import NamedMatrix

abundance = NamedMatrix.load("abundance.npz", "abundance")
variance, lengths = abundance.arrays["variance"], abundance.contigs.lengths
with open("depth_jgi.tsv", "w") as jgi, open("depth_aemb.tsv", "w") as aemb:
    columns = [f"{sample}.bam{kind}" for sample in abundance.columns for kind in ("", "-var")]
    print("contigName", "contigLen", "totalAvgDepth", *columns, sep="\t", file=jgi)
    for row, name in enumerate(abundance.names):
        depth = abundance.values[row]
        pairs = [f"{x:.5g}" for pair in zip(depth, variance[row]) for x in pair]
        print(name, lengths[row], f"{depth.sum():.5g}", *pairs, sep="\t", file=jgi)
        print(name, f"{depth[0]:.5g}", sep="\t", file=aemb)

bins = sorted({line.split("\t")[1].strip() for line in open("contig2bin.tsv")})
with open("quality_report.tsv", "w") as report:
    print("Name", "Completeness", "Contamination", "Completeness_Model_Used", sep="\t", file=report)
    for number, name in enumerate(bins):
        print(name, 95.5 - number, 1.25 + number, "Neural Network Model", sep="\t", file=report)

alphabet = pyhmmer.easel.Alphabet.amino()
with pyhmmer.easel.SequenceFile("genes.faa", digital=True, alphabet=alphabet) as proteins:
    protein = next(p for p in proteins if 60 < len(p) < 100)
protein.name = "protein1"
builder, background = pyhmmer.plan7.Builder(alphabet, seed=1), pyhmmer.plan7.Background(alphabet)
profile, _, _ = builder.build(protein, background)
profile.creation_time = None
profile.command_line = None
with open("profile.hmm", "wb") as handle:
    profile.write(handle)
Path("cutoffs.tsv").write_text("protein1\t50\n")

with open_binary_reader("catalogue.fna.gz") as handle:
    Path("catalogue.fna").write_bytes(handle.read())
pysam.faidx("catalogue.fna")
with pysam.AlignmentFile("S1.bam") as bam:
    reference = {"reference_filename": "catalogue.fna"}
    with pysam.AlignmentFile("S1_path.cram", "wc", template=bam, **reference) as cram:
        for read in bam:
            cram.write(read)
# its header has the path of the reference
header = pysam.view("-H", "--no-PG", "S1_path.cram")
Path("header.sam").write_text(re.sub(r"\tUR:\S+", "", header))
PY
python -c 'import pysam
pysam.reheader("--no-PG", "header.sam", "S1_path.cram", catch_stdout=False)' >S1.cram
rm S1_path.cram
# wrong input: no FASTA, though it says so
printf 'not\ta\tFASTA\n' >wrong.fna

folder=$root/galaxy_tools/latentbin/test-data
cp -- *.bam *.cram truth.binning ./*.fna.gz ./*.npz ./*.tsv ./*.json profile.hmm wrong.fna "$folder/"
du -sh "$folder"
