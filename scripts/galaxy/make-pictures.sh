#!/usr/bin/env bash
# Makes galaxy_tools/latentbin/static/images anew: what the help of some tools shows, drawn from test-data.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
export PATH=$root/.venv/bin:$PATH

suite=$root/galaxy_tools/latentbin
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
latentbin-proteome label --latent "$suite/test-data/proteome_latent.npz" --threads 1 --output-dir "$work/labels"
latentbin-explore --matrix "$suite/test-data/taxonomy_composition.npz" --embeddings pca --threads 1 \
    --truth "$suite/test-data/taxonomy_labels.tsv" --class-column genus --output-dir "$work/explore"

mkdir -p "$suite/static/images"
python - "$work/labels/latent.png" "$work/labels/eps.png" "$work/explore/pca.png" "$suite/static/images" <<'PY'
import sys
from pathlib import Path

from PIL import Image

*pictures, folder = map(Path, sys.argv[1:])
for path in pictures:
    picture = Image.open(path).convert("RGB")
    picture.thumbnail((1400, 1400), Image.Resampling.LANCZOS)
    small = picture.quantize(64, dither=Image.Dither.NONE)
    small.save(folder / f"{path.parent.name}_{path.name}", optimize=True)
PY
ls -l "$suite/static/images"
