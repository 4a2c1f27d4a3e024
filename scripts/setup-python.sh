#!/usr/bin/env bash
# The Python environment in .venv: everything pinned, every download checked against its hash.
# usage: scripts/setup-python.sh runtime|test
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

set=${1:?usage: scripts/setup-python.sh runtime|test}
venv=$root/.venv
stamp=$venv/.installed-$set
made_from=$(what_it_is_made_from "$venv" pyproject.toml requirements/{bootstrap,build,"$set"}.txt)
[[ -f $stamp && $(<"$stamp") == "$made_from" ]] && exit 0

echo "Setting up Python in .venv: about 8 GB, most of it torch with its CUDA libraries, and tensorflow ..." >&2
rm -f "$stamp"
make_venv "$venv"
"$venv/bin/python" -m pip install --quiet --require-hashes -r requirements/bootstrap.txt
uv=("$venv/bin/python" -m uv pip install --quiet --no-deps --python "$venv/bin/python")
# the locks are complete: nothing is resolved, so overrides.txt need not be repeated here
"${uv[@]}" --require-hashes -r "requirements/$set.txt" -r requirements/build.txt
"${uv[@]}" --no-build-isolation --editable .
echo "$made_from" >"$stamp"
