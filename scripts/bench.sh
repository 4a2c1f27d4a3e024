#!/usr/bin/env bash
# Every benchmark, on a community simulated from a seed; results go to bench/.
# PEER is an environment with vamb 5.0.4; without it, one is made in .tools/vamb (5 GB).
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

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
