#!/usr/bin/env bash
# The pages in docs/ as a site that opens without a network: site/index.html.
# Any warning, a link that leads nowhere among them, ends it.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

venv=$root/.tools/docs/venv
stamp=$venv/.installed
made_from=$(what_it_is_made_from "$venv" requirements/docs.txt)
if [[ ! -f $stamp || $(<"$stamp") != "$made_from" ]]; then
    echo "Setting up Sphinx in .tools/docs: about 80 MB ..." >&2
    mkdir -p "${venv%/*}"
    rm -f "$stamp"
    make_venv "$venv"
    "$venv/bin/python" -m pip install --quiet --require-hashes -r requirements/docs.txt
    echo "$made_from" >"$stamp"
fi
site=${1:-$root/site}
"$venv/bin/python" -m sphinx --quiet --fail-on-warning --keep-going --fresh-env --write-all \
    --conf-dir docs --doctree-dir .tools/docs/doctrees . "$site"
cp "$site/README.html" "$site/index.html"
echo "The site: $site/index.html"
