#!/usr/bin/env bash
# SLURM of one node on a plain Debian 12 machine, as root, without systemd: for `make cluster-test`.
# Limits of memory are real (cgroups): a task that takes more than it asked for is killed.
# usage: scripts/slurm.sh up|down
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

state=$root/.tools/slurm
daemons=("$state/slurmd.pid" "$state/slurmctld.pid" "$state/munged.pid")

running() {
    [[ -s $1 ]] && kill -0 "$(<"$1")" 2>/dev/null
}

down() {
    local file try
    for file in "${daemons[@]}"; do
        running "$file" || continue
        kill "$(<"$file")"
        for try in {1..20}; do
            running "$file" || break
            sleep 0.5
        done
    done
    # the link that slurm's programs follow, if it is ours
    [[ $(readlink /etc/slurm/slurm.conf 2>/dev/null) != "$state"/* ]] || rm -f /etc/slurm/{slurm,cgroup}.conf
}

up() {
    if ! command -v slurmctld >/dev/null || ! command -v munged >/dev/null; then
        [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null || {
            echo "SLURM is not installed; on Debian, root can run $0." >&2
            exit 1
        }
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
            slurm-wlm slurmctld slurmd munge >/dev/null
    fi
    if [[ -e /etc/slurm/slurm.conf && $(readlink /etc/slurm/slurm.conf) != "$state"/* ]]; then
        echo "This machine has a SLURM of its own: /etc/slurm/slurm.conf." >&2
        exit 1
    fi
    down
    mkdir -p "$state"/{state,spool} /etc/slurm
    local memory
    memory=$(awk '/MemTotal/ { print int($2 / 1024 * 0.9) }' /proc/meminfo)
    cat >"$state/slurm.conf" <<CONF
ClusterName=local
SlurmctldHost=$(hostname -s)
AuthType=auth/munge
AuthInfo=socket=$state/munge.socket
CredType=cred/munge
SlurmUser=root
SlurmdUser=root
MpiDefault=none
ProctrackType=proctrack/cgroup
TaskPlugin=task/cgroup
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=2,bf_interval=5
ReturnToService=2
MinJobAge=300
StateSaveLocation=$state/state
SlurmdSpoolDir=$state/spool
SlurmctldPidFile=$state/slurmctld.pid
SlurmdPidFile=$state/slurmd.pid
SlurmctldLogFile=$state/slurmctld.log
SlurmdLogFile=$state/slurmd.log
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/linux
JobCompType=jobcomp/filetxt
JobCompLoc=$state/jobs.txt
NodeName=$(hostname -s) NodeAddr=127.0.0.1 CPUs=$(nproc) RealMemory=$memory State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
    cat >"$state/cgroup.conf" <<CONF
CgroupMountpoint=/sys/fs/cgroup
CgroupAutomount=no
IgnoreSystemd=yes
ConstrainCores=no
ConstrainRAMSpace=yes
ConstrainSwapSpace=no
CONF
    ln -sfn "$state/slurm.conf" /etc/slurm/slurm.conf
    ln -sfn "$state/cgroup.conf" /etc/slurm/cgroup.conf

    # munge keeps a key of its own here
    [[ -s $state/munge.key ]] || (umask 077 && head -c 1024 /dev/urandom >"$state/munge.key")
    munged --force --key-file="$state/munge.key" --socket="$state/munge.socket" --pid-file="$state/munged.pid" \
        --log-file="$state/munged.log" --seed-file="$state/munge.seed"
    slurmctld
    slurmd
    local try
    for try in {1..30}; do
        if sinfo --noheader --format=%T 2>/dev/null | grep -q idle; then
            sinfo
            return
        fi
        sleep 1
    done
    tail -5 "$state"/*.log >&2
    echo "SLURM did not start." >&2
    exit 1
}

case ${1:-} in
up | down) "$1" ;;
*) echo "usage: $0 up|down" >&2 && exit 2 ;;
esac
