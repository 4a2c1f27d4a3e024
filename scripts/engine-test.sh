#!/usr/bin/env bash
# The pipeline, to its end, on the simulated community, with a container engine or a scheduler.
# usage: scripts/engine-test.sh podman|docker|slurm|slurm-podman|charliecloud...
#   podman, docker    every task in its image
#   slurm             a SLURM of one node (scripts/slurm.sh): job arrays, a task that is killed for want of
#                     memory and succeeds with more, -resume
#   slurm-podman      the same, every task in its image
#   charliecloud      with the images of Podman, unpacked
# Images must stand: scripts/containers.sh build. Logs and results: .tools/engines/<name>.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

(($#)) || { sed -n '3,9s/^# //p' "$0" >&2 && exit 2; }
if [[ -f .tools/containers.conf ]]; then
    export CONTAINERS_CONF=${CONTAINERS_CONF:-$root/.tools/containers.conf}
fi
export NXF_ANSI_LOG=false USER=${USER:-$(id -un)}
version=$(sed -n 's/^__version__ = "\(.*\)"/\1/p' src/latentbin/__init__.py)
# fewer epochs: it is not the bins that are tested here
quick=(--vamb_epochs 50 --deepmetabin_epochs 50)
folder=

# stage NAME CONFIG: an empty launch folder with a config of its own
stage() {
    folder=$root/.tools/engines/$1
    rm -rf "$folder"
    mkdir -p "$folder"
    cat >"$folder/site.config"
    echo "== $1" >&2
}

# pipeline PROFILES [WORD...]: runs it in the folder
pipeline() {
    local started=$SECONDS
    (cd "$folder" && "$root/.tools/bin/nextflow" -log nextflow.log -c site.config run "$root" -profile "$1,test" \
        --outdir results "${quick[@]}" "${@:2}") >"$folder/run.log" 2>&1 || {
        tail -40 "$folder/run.log" >&2
        echo "The pipeline failed: $folder/run.log" >&2
        exit 1
    }
    echo "   $1: $(tail -n +2 "$folder"/trace.tsv | wc -l) tasks, $((SECONDS - started)) s" >&2
}

fail() {
    echo "$1: see $folder" >&2
    exit 1
}

# every task was run by this
all_tasks_have() {
    local without
    without=$(find "$folder/work" -name .command.run -print0 | xargs -0 grep -L -- "$1" || true)
    [[ ! $without ]] || fail "Not run by '$1': $without"
}

# one line of results for each binner, bins in each
has_results() {
    local binner
    for binner in "$@"; do
        grep -q "$binner" "$folder/results/summary.tsv" || fail "No results of $binner"
        compgen -G "$folder/results/community/$binner/bins/*.fna.gz" >/dev/null || fail "No bins of $binner"
    done
}

# trace: no reports, they take seconds
common='report.enabled = false
timeline.enabled = false
dag.enabled = false
trace.file = "trace.tsv"
trace.fields = "name,status,exit,attempt,native_id,memory,peak_rss,realtime,container"
'

community() {
    [[ ! -f demo/community/samplesheet.csv ]] || return 0
    mkdir -p demo
    if [[ -x .venv/bin/latentbin-simulate ]]; then
        .venv/bin/latentbin-simulate community --output-dir demo/community
    else
        "$1" run --rm --user "$(id -u):$(id -g)" --volume "$root/demo:/demo" \
            "ghcr.io/latentbin/latentbin-simulate:$version" latentbin-simulate community --output-dir /demo/community
    fi
}

in_engine() {
    community "$1"
    stage "$1" <<<"$common"
    pipeline "$1"
    all_tasks_have "$1 run"
    has_results vamb deepmetabin genomeface
}

# with_slurm NAME PROFILES
with_slurm() {
    community podman
    stage "$1" <<CONFIG
$common
process {
    queue          = 'main'
    resourceLimits = [cpus: $(nproc), memory: $(awk '/MemTotal/ { print int($2 / 1024 * 0.85) }' /proc/meminfo).MB, time: 2.h]
    // the first attempt cannot succeed
    withName: 'MARKERS_FIND' {
        memory = { task.attempt == 1 ? 60.MB : 4.GB }
    }
}
executor.pollInterval = '3 sec'
CONFIG
    scripts/slurm.sh up >/dev/null
    trap 'scripts/slurm.sh down' EXIT
    pipeline "$2"
    has_results vamb deepmetabin genomeface
    # killed by the kernel (137), then done with more memory
    awk -F '\t' '$1 ~ /MARKERS/ { print "   " $1 ": attempt " $4 ", " $6 ", " $2 ", exit " $3 }' "$folder/trace.tsv" >&2
    awk -F '\t' '$1 ~ /MARKERS/ && $3 == 137 { killed = 1 } $1 ~ /MARKERS/ && $4 == 2 && $2 == "COMPLETED" { done = 1 }
        END { exit !(killed && done) }' "$folder/trace.tsv" || fail "No task was killed and tried again"
    # both samples in one array: <job>_0, <job>_1
    awk -F '\t' '$1 ~ /ABUNDANCE_BAM/ { print "   " $1 ": job " $5 }' "$folder/trace.tsv" >&2
    awk -F '\t' '$1 ~ /ABUNDANCE_BAM/ && $5 ~ /^[0-9]+_[0-9]+$/ { split($5, id, "_"); jobs[id[1]] = 1; tasks++ }
        END { for (job in jobs) n++; exit !(tasks >= 2 && n < tasks) }' "$folder/trace.tsv" || fail "No job array"
    pipeline "$2" -resume
    awk -F '\t' 'NR > 1 && $2 != "CACHED" { ran = 1 } END { exit ran }' "$folder/trace.tsv" || fail "-resume ran tasks again"
    scripts/slurm.sh down
    trap - EXIT
}

in_charliecloud() {
    # Debian's charliecloud is a Python program of Debian's Python
    local PATH=/usr/bin:$PATH
    if ! command -v ch-run >/dev/null || ! ch-image --version >/dev/null 2>&1; then
        [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null || {
            echo "Charliecloud is not installed; on Debian, root can run $0." >&2
            exit 1
        }
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
            charliecloud python3-lark python3-requests >/dev/null
    fi
    community podman
    local storage=$root/.tools/engines/charliecloud-images image unpacked method container
    stage charliecloud <<CONFIG
$common
charliecloud.cacheDir  = '$storage'
// 0.31 has no --write-fake; without it the unpacked image is mounted writable
charliecloud.writeFake = false
CONFIG
    for method in composition abundance markers vamb bins evaluate report; do
        image=ghcr.io/latentbin/latentbin-$method:$version
        unpacked=${image//\//%}
        unpacked=$storage/img/${unpacked//:/+}
        [[ ! -s $unpacked/ch/environment ]] || continue
        container=$(podman create "$image")
        podman export "$container" --output "$folder/image.tar"
        podman rm "$container" >/dev/null
        ch-image -s "$storage" --no-cache import "$folder/image.tar" "$image" >"$folder/import.log" 2>&1
        rm "$folder/image.tar"
        # what `ch-image pull` would have taken from the image's configuration
        podman image inspect --format '{{range .Config.Env}}{{println .}}{{end}}' "$image" |
            sed '/^$/d' >"$unpacked/ch/environment"
    done
    pipeline charliecloud --binners vamb
    all_tasks_have "ch-run "
    has_results vamb
}

for name in "$@"; do
    case $name in
    podman | docker) in_engine "$name" ;;
    slurm) with_slurm slurm slurm ;;
    slurm-podman) with_slurm slurm-podman slurm,podman ;;
    charliecloud) in_charliecloud ;;
    *) echo "There is no $name here." >&2 && exit 2 ;;
    esac
done
