#!/usr/bin/env bash
# A Galaxy server and planemo in .tools/galaxy/venv: everything pinned, every download checked.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

scripts/setup-debian.sh chromium comet-ms # for the click test, and for the tool that calls Comet

venv=$root/.tools/galaxy/venv
stamp=$venv/.installed
made_from=$(what_it_is_made_from "$venv" requirements/galaxy.txt)
[[ -f $stamp && $(<"$stamp") == "$made_from" ]] && exit 0

echo "Setting up Galaxy in .tools/galaxy: about 2 GB ..." >&2
rm -rf "$venv"
mkdir -p "${venv%/*}"
make_venv "$venv"
"$root/.venv/bin/python" -m uv pip install --quiet --no-deps --require-hashes \
    --python "$venv/bin/python" -r requirements/galaxy.txt
# A job script that finds this file puts Galaxy's own Python first on the PATH of the tools: what a
# tool lacks would then be hidden. Nothing here needs it.
rm -f "$venv"/bin/activate*
echo "$made_from" >"$stamp"
