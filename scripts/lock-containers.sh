#!/usr/bin/env bash
# Pins what each image under containers/ installs: containers/<method>/requirements.lock, and
# requirements.cuda.lock for a method that can use a GPU. Hashes, no addresses; versions are those of
# requirements/test.txt, so what runs in an image is what was tested.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

pin() {
    "$root/.venv/bin/python" -m uv pip compile --quiet --universal --python-version 3.11 \
        --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
        --constraint requirements/test.txt --override requirements/overrides.txt "${extras[@]}" pyproject.toml "${@:2}" --output-file "$1"
}

tensorflow=$(sed -n 's/^tensorflow==\([^ ]*\).*/\1/p' requirements/test.txt)
known_extras=" $("$root/.venv/bin/python" -c 'import tomllib
print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"])') "

for smoke in containers/*/smoke.sh; do
    folder=${smoke%/*}
    method=${folder#*/}
    extras=()
    [[ $known_extras != *" $method "* ]] || extras+=(--extra "$method")
    [[ $method != proteome ]] || extras+=(--extra spectra)

    pin "$folder/requirements.lock"
    if grep -q '^torch==' "$folder/requirements.lock"; then
        mv "$folder/requirements.lock" "$folder/requirements.cuda.lock"
        # without a GPU torch asks for libcudart only; stand_in_libraries.sh stands in for the others
        leave_out=$(sed -nE 's/^((nvidia|cuda|triton)[^=]*)==.*/--no-emit-package \1/p' \
            "$folder/requirements.cuda.lock" | grep -v ' nvidia-cuda-runtime$')
        pin "$folder/requirements.lock" $leave_out
    elif grep -q '^tensorflow==' "$folder/requirements.lock"; then
        rm "$folder/requirements.lock"
        pin "$folder/requirements.cuda.lock" - <<<"tensorflow[and-cuda]==$tensorflow"
        # the same release without GPU code; on other processors tensorflow itself has none
        pin "$folder/requirements.lock" - \
            --override <(echo "tensorflow==$tensorflow ; platform_machine != 'x86_64'") \
            <<<"tensorflow-cpu==$tensorflow ; platform_machine == 'x86_64'"
    fi
done
