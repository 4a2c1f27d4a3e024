#!/usr/bin/env bash
# Builds the images of the methods with docker or podman, whichever works, or tests them.
# usage: scripts/containers.sh build|test [METHOD...]
#        scripts/containers.sh engine        says which of the two works
#   DEVICE=cuda     images with the libraries for a GPU, tagged <version>-cuda
#   PLATFORM=...    for another processor, such as linux/arm64
#   REBUILD=true    also those that stand already
# The version is the tag; what has one already is not built again under the same tag unless asked to.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

action=${1:?usage: scripts/containers.sh build|test [METHOD...]}
device=${DEVICE:-cpu}
version=$(sed -n 's/^__version__ = "\(.*\)"/\1/p' src/latentbin/__init__.py)
[[ $device == cpu ]] && tag=$version lock=requirements.lock || tag=$version-$device lock=requirements.$device.lock

methods=("${@:2}")
if [[ ! ${methods[*]} ]]; then
    for file in containers/*/"$lock"; do
        method=${file%/*}
        methods+=("${method#*/}")
    done
fi
for method in "${methods[@]}"; do
    [[ -f containers/$method/$lock ]] || { echo "There is no containers/$method/$lock." >&2 && exit 2; }
done

if [[ -f .tools/containers.conf ]]; then
    export CONTAINERS_CONF=${CONTAINERS_CONF:-$root/.tools/containers.conf}
fi
if podman info >/dev/null 2>&1; then
    engine=podman
elif docker info >/dev/null 2>&1; then
    engine=docker
else
    echo "Neither podman nor docker works here; scripts/setup-podman.sh sets one up on Debian." >&2
    exit 1
fi

[[ $action != engine ]] || { echo "$engine" && exit; }

image_of() {
    echo "ghcr.io/latentbin/latentbin-$1:$tag"
}

build() {
    local image log started method=$1
    image=$(image_of "$method")
    if [[ ${REBUILD:-} != true ]] && $engine image inspect "$image" >/dev/null 2>&1; then
        built=-
        return
    fi
    log=.tools/containers/$method-$device.log
    mkdir -p "${log%/*}"
    local words=(--file containers/Dockerfile --tag "$image" --build-arg "METHOD=$method" --build-arg "DEVICE=$device"
        --build-arg "VERSION=$version" --build-arg "REVISION=$(git rev-parse HEAD 2>/dev/null || echo unknown)")
    [[ ! ${PLATFORM:-} ]] || words+=(--platform "$PLATFORM")
    if [[ $engine == podman ]]; then
        # layers are kept for the next method; an image that Docker reads
        words+=(--layers --format docker)
        # an institute's certificates, where there are any
        [[ ! -f /etc/ssl/certs/ca-certificates.crt ]] ||
            words+=(--volume /etc/ssl/certs/ca-certificates.crt:/etc/ssl/certs/ca-certificates.crt:ro)
    fi
    started=$SECONDS
    $engine build "${words[@]}" . >"$log" 2>&1 || {
        tail -20 "$log" >&2
        echo "$image was not built: $log" >&2
        exit 1
    }
    built="$((SECONDS - started)) s"
    # the stage in which it was made is as large as the image
    [[ $engine != podman ]] ||
        podman image prune --force --filter label=latentbin.stage=environment >/dev/null
}

# A user without a name, no network, nothing writable but /tmp: what an image may meet elsewhere
smoke() {
    local started=$SECONDS log=.tools/containers/$1-$device.smoke.log
    mkdir -p "${log%/*}"
    $engine run --rm --network none --read-only --tmpfs /tmp:rw,exec,mode=1777 --user 12345:12345 --workdir /tmp \
        --volume "$root/containers/$1/smoke.sh:/smoke.sh:ro" \
        --volume "$root/galaxy_tools/latentbin/test-data:/data:ro" \
        "$(image_of "$1")" bash -euo pipefail /smoke.sh >"$log" 2>&1 || {
        tail -20 "$log" >&2
        echo "The smoke test of $1 failed: $log" >&2
        exit 1
    }
    tested="$((SECONDS - started)) s"
}

printf '%-50s %9s %9s %9s\n' image size built tested
for method in "${methods[@]}"; do
    tested=-
    build "$method"
    [[ $action != test ]] || smoke "$method"
    size=$($engine image inspect --format '{{.Size}}' "$(image_of "$method")")
    printf '%-50s %6d MB %9s %9s\n' "$(image_of "$method")" $((size / 1000000)) "$built" "$tested"
done
