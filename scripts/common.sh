# Sourced by the set-up scripts. A stamp says what a folder was made from and is written last,
# so that an interrupted set-up starts again and a finished one is not repeated.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

# Python 3.11 or newer; PyPI has wheels of everything for 3.11 to 3.14
find_python() {
    local python
    for python in python3 python3.{14,13,12,11}; do
        if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$python"
            return
        fi
    done
    echo "Python 3.11 or newer is needed, and none is on PATH." >&2
    return 1
}

# make_venv FOLDER: an environment cannot be moved; one that was is made anew
make_venv() {
    local python
    python=$(find_python)
    if ! grep -qsF "$1" "$1/bin/activate" || ! "$1/bin/python" -m pip --version >/dev/null 2>&1; then
        "$python" -m venv --clear "$1" || {
            echo "'$python -m venv' failed; on Debian and Ubuntu it is the package python3-venv." >&2
            return 1
        }
    fi
}

# Where a program of the system's stands, not one that was set up here
find_on_path() {
    PATH=$(tr ':' '\n' <<<"$PATH" | grep -vxF "$root/.tools/bin" | paste -sd:) command -v "$1"
}

# what_it_is_made_from FOLDER FILE...
what_it_is_made_from() {
    echo "$1 $(cat "${@:2}" | sha256sum | cut -c-64)"
}
