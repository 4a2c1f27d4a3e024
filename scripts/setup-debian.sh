#!/usr/bin/env bash
# Programs that stand in Debian packages of their own names: those on PATH serve, the others are
# unpacked, with the libraries that this system lacks, into .tools (no root; apt checks signatures).
# usage: scripts/setup-debian.sh minimap2 samtools comet-ms
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

: "${1:?usage: scripts/setup-debian.sh PROGRAM...}"
missing=()
for tool in "$@"; do
    find_on_path "$tool" >/dev/null || [[ -x .tools/bin/$tool ]] || missing+=("$tool")
done
[[ ${missing[*]} ]] || exit 0
command -v apt-get >/dev/null && command -v dpkg >/dev/null || {
    echo "${missing[*]}: not on PATH, and there is no apt-get to fetch them with. Install what you need of them." >&2
    exit 1
}

echo "Setting up ${missing[*]} in .tools ..." >&2
apt_folder=$root/.tools/debian/apt
rm -rf "$apt_folder"
mkdir -p "$apt_folder"/{state/lists/partial,cache/archives/partial} .tools/bin
# package lists of our own: those of the system may be absent, and only root may fetch them
apt=(-qq -o Dir::State="$apt_folder/state" -o Dir::State::status=/var/lib/dpkg/status
    -o Dir::Cache="$apt_folder/cache" -o Debug::NoLocking=1 -o APT::Sandbox::User=)
apt-get "${apt[@]}" update

for tool in "${missing[@]}"; do
    folder=$root/.tools/debian/$tool
    rm -rf "$folder"
    mkdir -p "$folder/debs"
    # a simulated installation names what is not on this system: the program and its libraries
    packages=$(apt-get "${apt[@]}" --simulate --no-install-recommends install "$tool" |
        sed -n 's/^Inst \([^ ]*\).*/\1/p')
    (cd "$folder/debs" && apt-get "${apt[@]}" download $packages)
    for deb in "$folder"/debs/*.deb; do
        dpkg -x "$deb" "$folder"
    done
    rm -rf "$folder/debs"

    cat >".tools/bin/.$tool" <<'SH'
#!/usr/bin/env bash
tool=$(basename "${BASH_SOURCE[0]}")
folder=$(dirname "$(dirname "$(realpath "${BASH_SOURCE[0]}")")")/debian/$tool
libraries=$(printf '%s:' "$folder"/{usr/,}lib{,/*-linux-gnu*})
LD_LIBRARY_PATH=$libraries${LD_LIBRARY_PATH:-} exec "$folder/usr/bin/$tool" "$@"
SH
    chmod +x ".tools/bin/.$tool"
    # last, so that an interrupted set-up starts again
    mv ".tools/bin/.$tool" ".tools/bin/$tool"
    # 126 and 127: a library is missing
    ".tools/bin/$tool" --version >/dev/null 2>&1 || (($? < 126)) || {
        rm ".tools/bin/$tool"
        echo "$tool was unpacked but does not run." >&2
        exit 1
    }
done
rm -rf "$apt_folder"
