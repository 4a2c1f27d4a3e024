#!/usr/bin/env bash
# Podman for `make containers` and `make container-test` on a plain Debian 12 machine, as root, without
# systemd. Where docker or podman works already there is nothing to do.
# What Docker Hub cannot give is made here: a minimal Debian 12 with its Python 3.11 stands in for
# python:3.11-slim-bookworm, which is the same Debian with the same Python.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

base=$(sed -n 's/^ARG PYTHON=//p' containers/Dockerfile)

command -v podman >/dev/null || {
    [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null || {
        echo "Neither docker nor podman works here. Install one of them; on Debian, root can run $0." >&2
        exit 1
    }
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends podman runc >/dev/null
}

# root without systemd: no cgroup manager of its own, no networks, no limits to raise
if [[ $(id -u) == 0 && ! -d /run/systemd/system ]]; then
    mkdir -p .tools
    cat >.tools/containers.conf <<'TOML'
[containers]
default_ulimits = []
netns = "host"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
TOML
    export CONTAINERS_CONF=$root/.tools/containers.conf
fi

podman image exists "$base" || timeout 300 podman pull --quiet "$base" >/dev/null 2>&1 || {
    [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null || {
        echo "$base cannot be fetched." >&2
        exit 1
    }
    echo "$base cannot be fetched: making a stand-in from Debian's packages ..." >&2
    command -v mmdebstrap >/dev/null ||
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends mmdebstrap >/dev/null
    tar=$(mktemp --suffix=.tar)
    trap 'rm -f "$tar"' EXIT
    mmdebstrap --quiet --variant=minbase --include=ca-certificates,python3,python3-venv bookworm "$tar"
    podman import --quiet --change 'CMD ["python3"]' "$tar" "$base" >/dev/null
}
