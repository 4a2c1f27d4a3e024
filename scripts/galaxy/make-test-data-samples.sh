#!/usr/bin/env bash
# Makes proteome_* and taxonomy_* of galaxy_tools/latentbin/test-data anew: a small proteomics study,
# two runs of spectra, and contigs with a taxonomy, with what the commands make of them. The tests of
# the Galaxy tools compare with what is in these files.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
scripts/setup-debian.sh comet-ms
export PATH=$root/.venv/bin:$PATH:$root/.tools/bin PYTHONPATH=$root

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir data

# a study, and what is made of it
latentbin-simulate proteome --output-dir study --seed 3 --samples 48 --proteins 60 --classes 3 \
    --informative 5 --signal-to-noise 8 --tune-share 0.3 --batches 2 --batch-effect 0.5 \
    --samples-per-donor 2 --new-samples 12
cp study/proteome.tsv data/proteome_table.tsv
cp study/samples.csv data/proteome_samples.csv
cp study/new.tsv data/proteome_new.tsv
latentbin-proteome prepare --table study/proteome.tsv --samples study/samples.csv \
    --output data/proteome_prepared.npz
latentbin-proteome prepare --table study/new.tsv --samples study/new_samples.csv \
    --like data/proteome_prepared.npz --output data/proteome_new.npz
latentbin-proteome embed --proteome data/proteome_prepared.npz --epochs 60 --device cpu \
    --threads 1 --output data/proteome_latent.npz
latentbin-proteome label --latent data/proteome_latent.npz --threads 1 --output-dir labels
cp labels/labels.tsv data/proteome_labels.tsv
cp labels/eps.tsv data/proteome_eps.tsv
latentbin-proteome train --proteome data/proteome_prepared.npz --epochs 5 --min-steps 50 --folds 2 \
    --device cpu --threads 1 --output-dir classifier
cp classifier/classifier.npz data/proteome_classifier.npz
cp classifier/confusion.tsv data/proteome_confusion.tsv
latentbin-proteome classify --proteome data/proteome_new.npz --threads 1 \
    --classifier data/proteome_classifier.npz --output data/proteome_predictions.tsv
rm data/*.json
# what the report takes, and makes of it
cp labels/summary.json data/proteome_label_report.json
cp classifier/summary.json data/proteome_classifier_report.json
(cd data && latentbin-report study --name simulated --latent proteome_latent.npz \
    --labels proteome_labels.tsv --labels-report proteome_label_report.json --eps proteome_eps.tsv \
    --classifier-report proteome_classifier_report.json --confusion proteome_confusion.tsv \
    --predictions proteome_predictions.tsv --output proteome_summary.json)

# tables as other programs write them, and spectra
python - <<'PY'
from pathlib import Path

import anndata
import numpy as np
import pandas as pd
import pyopenms
from tests.planted_spectra import write_fasta, write_mzml

header = "Protein IDs|Majority protein IDs|Intensity H2|Intensity H3|LFQ intensity H2|LFQ intensity H3|Reverse"
rows = ["P1;P9|P1|4|16|256|1024|", "P2|P2|16|4|16|32|", "REV|REV|16|4|16|32|+"]
Path("data/proteome_maxquant.txt").write_text("\n".join([header, *rows, ""]).replace("|", "\t"))

header = "Protein.Group|Protein.Ids|Protein.Names|Genes|First.Protein.Description|/data/S1.mzML|/data/S2.mzML"
rows = ["P2;P3|P2|N|G||16|64", "P1|P1|N|G||256|1024"]
Path("data/proteome_diann.tsv").write_text("\n".join([header, *rows, ""]).replace("|", "\t"))

header = "Protein,Replicate,Peptide,Precursor Charge,Fragment Ion,Area"
rows = ["P1,S1,AAK,2,y3,200", "P1,S1,AAK,2,y4,56", "P1,S2,AAK,2,y3,64", "P2,S1,GGK,2,y3,16", "P2,S2,GGK,2,y3,8"]
Path("data/proteome_skyline.csv").write_text("\n".join([header, *rows, ""]))

anndata.settings.allow_write_nullable_strings = True
names = pd.Index(["S1", "S2", "S3"])
data = anndata.AnnData(
    np.array([[256, 16], [64, 8], [32, 2]], np.float32),
    obs=pd.DataFrame({"diagnosis": ["ill", "well", "ill"]}, index=names),
    var=pd.DataFrame(index=["P1", "P2"]),
)
data.layers["raw"] = np.array([[16, 256], [8, 64], [2, 32]], np.float32)
data.write_h5ad("data/proteome_adata.h5ad", compression="gzip")

write_fasta(Path("data/proteome_database.fasta"), 12, "DECOY_")
for run, proteins in (("A", range(8)), ("B", range(4, 12))):
    path = Path(f"data/proteome_run_{run}.mzML")
    amounts = {protein: 1e6 * (1 + protein % 4) for protein in proteins}
    write_mzml(path, amounts, with_ms1=run == "A", seed=ord(run))
    # every third MS1 spectrum will do
    experiment = pyopenms.MSExperiment()
    pyopenms.MzMLFile().load(str(path), experiment)
    kept = [s for n, s in enumerate(experiment) if s.getMSLevel() == 2 or n % 3 == 0]
    experiment.setSpectra(kept)
    pyopenms.MzMLFile().store(str(path), experiment)
PY
gzip -9 -n data/*.mzML
for run in A B; do
    latentbin-proteome search --mzml "data/proteome_run_$run.mzML.gz" \
        --fasta data/proteome_database.fasta --output "data/proteome_run_$run.pin" \
        --json "data/proteome_run_$run.json" --threads 1
done
latentbin-proteome identify --pin data/proteome_run_{A,B}.pin --search data/proteome_run_{A,B}.json \
    --fdr-estimate plain --output-dir identified
cp identified/psms.tsv data/proteome_psms.tsv
for run in A B; do
    latentbin-proteome quantify --psms identified/psms.tsv --mzml "data/proteome_run_$run.mzML.gz" \
        --method spectral-counts --output "data/proteome_quantities_$run.tsv" --json quantities.json \
        --threads 1
done

# contigs with a taxonomy
latentbin-simulate taxonomy --output-dir taxonomy --seed 2 --genera 2 --species 2 --strains 4 \
    --new-genera 0 --new-species 0 --genome-length 100000 --environments 2 --samples 1 \
    --presence 0.5 --contig-length 8000
cp taxonomy/labels.tsv data/taxonomy_labels.tsv
latentbin-composition tnf --fasta taxonomy/contigs.fna.gz --output data/taxonomy_composition.npz
latentbin-taxonomy split --labels taxonomy/labels.tsv --by strain --rank species \
    --validation-share 0.2 --output data/taxonomy_split.tsv
latentbin-taxonomy train --matrix data/taxonomy_composition.npz --labels taxonomy/labels.tsv \
    --split data/taxonomy_split.tsv --rank species --model linear --threads 1 --output-dir model
cp model/model.npz data/taxonomy_model.npz
latentbin-taxonomy predict --matrix data/taxonomy_composition.npz --model model/model.npz \
    --threads 1 --probabilities data/taxonomy_probabilities.npz \
    --output data/taxonomy_predictions.tsv
rm data/taxonomy_predictions.json
latentbin-taxonomy tune --matrix data/taxonomy_composition.npz --labels taxonomy/labels.tsv \
    --split data/taxonomy_split.tsv --rank species --trials 1 --threads 1 --study study.log \
    --output data/taxonomy_best.json
cp study.log data/taxonomy_study.txt
latentbin-taxonomy evaluate --predictions data/taxonomy_predictions.tsv --split data/taxonomy_split.tsv \
    --probabilities data/taxonomy_probabilities.npz --labels taxonomy/labels.tsv --output-dir scores
cp scores/evaluation.json data/taxonomy_evaluation.json
cp scores/classes.tsv data/taxonomy_classes.tsv
cp scores/confusion.tsv data/taxonomy_confusion.tsv
(cd data && latentbin-report dataset --name simulated --evaluation linear=taxonomy_evaluation.json \
    --classes linear=taxonomy_classes.tsv --confusion linear=taxonomy_confusion.tsv \
    --predictions taxonomy_predictions.tsv --output taxonomy_summary.json)
# bins, and clusters, that are the species
tail -n +2 taxonomy/labels.tsv | cut -f 1,3 >data/taxonomy_contig2bin.tsv
{
    printf 'contig\tcluster\n'
    cat data/taxonomy_contig2bin.tsv
} >data/taxonomy_clusters.tsv
{
    printf 'bin\tclass\tcompleteness\tcontamination\n'
    cut -f 2 data/taxonomy_contig2bin.tsv | sort -ru | sed 's/$/\tMQ\t81.50\t1.25/'
} >data/taxonomy_quality.tsv

folder=$root/galaxy_tools/latentbin/test-data
rm -f "$folder"/{proteome,taxonomy}_*
cp data/* "$folder/"
du -ch "$folder"/{proteome,taxonomy}_* | tail -n 1
