#!/usr/bin/env bash
# nf-core's tools, which lint pipelines, in an environment of their own: .tools/nf-core.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

venv=$root/.tools/nf-core
stamp=$venv/.installed
made_from=$(what_it_is_made_from "$venv" requirements/nf-core.txt)
[[ -f $stamp && $(<"$stamp") == "$made_from" ]] && exit 0

echo "Setting up nf-core's tools in .tools/nf-core: about 230 MB ..." >&2
rm -rf "$venv"
make_venv "$venv"
"$root/.venv/bin/python" -m uv pip install --quiet --no-deps --require-hashes \
    --python "$venv/bin/python" -r requirements/nf-core.txt
echo "$made_from" >"$stamp"
