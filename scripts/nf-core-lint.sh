#!/usr/bin/env bash
# nf-core's lints of pipeline, modules, subworkflows and schema, without a network. What they do not
# find and need not is in .nf-core.yml, with reasons. They run on a copy: they write into the tree.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

export PATH=$root/.tools/nf-core/bin:$PATH:$root/.tools/bin
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The tools clone nf-core/modules, from which nothing is installed here: an empty repository will do.
# Its schemas of meta.yml and environment.yml are then reduced to what must be there; for the whole of
# them give NF_CORE_MODULES, a clone or its address.
export HOME=$scratch XDG_CONFIG_HOME=$scratch/config XDG_CACHE_HOME=$scratch/cache
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=url.${NF_CORE_MODULES:-$scratch/remote}.insteadOf \
    GIT_CONFIG_VALUE_0=https://github.com/nf-core/modules.git
export NFCORE_NO_VERSION_CHECK=1 NO_COLOR=1 COLUMNS=120
commit=(git -c user.name=nobody -c user.email=nobody@localhost commit --quiet --message x)
mkdir -p "$scratch"/{remote,pipeline}
cd "$scratch/remote"
git init --quiet --initial-branch master
mkdir -p {modules,subworkflows}/nf-core
touch {modules,subworkflows}/nf-core/.keep
printf 'repository_type: modules\norg_path: nf-core\n' >.nf-core.yml
echo '{"required": ["name", "description", "keywords", "authors", "output", "tools"]}' >modules/meta-schema.json
echo '{"required": ["channels", "dependencies"], "not": {"required": ["name"]}}' >modules/environment-schema.json
echo '{"required": ["name", "description", "keywords", "authors", "output", "components"]}' >subworkflows/yaml-schema.json
git add . && "${commit[@]}"

cd "$root"
git ls-files --cached --others --exclude-standard -z |
    xargs -0 sh -c 'for path; do [ ! -e "$path" ] || cp --parents "$path" "$0"; done' "$scratch/pipeline"
cd "$scratch/pipeline"
# functions without a workflow, on which the lint of subworkflows stops with an IndexError; and what
# runs a component alone, which it takes for another component
rm -r subworkflows/local/utils_*
find modules subworkflows -type d -name tests -prune -exec rm -r {} +
git init --quiet --initial-branch main
git add . && "${commit[@]}"

failed=()
lint() {
    echo
    echo "== nf-core $* =="
    nf-core --hide-progress "$@" 2>&1 || failed+=("nf-core $*")
}
lint pipelines lint --dir .
lint modules lint --local --all --dir .
lint subworkflows lint --local --all --dir .
lint pipelines schema lint nextflow_schema.json

for what in "${failed[@]}"; do
    echo "failed: $what" >&2
done
[[ ! ${failed[*]} ]]
