#!/usr/bin/env bash
# minimap2 and samtools, which FASTQ rows need: those on PATH, else Debian's packages unpacked
# into .tools/mappers (no root; apt checks their signatures).
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

missing=()
made=1
for tool in minimap2 samtools; do
    find_on_path "$tool" >/dev/null && continue
    missing+=("$tool")
    [[ -x .tools/bin/$tool ]] || made=
done
[[ ${missing[*]} && ! $made ]] || exit 0
command -v apt-get >/dev/null && command -v dpkg >/dev/null || {
    echo "${missing[*]}: not on PATH, and there is no apt-get to fetch them with. Install them to map reads." >&2
    exit 1
}

echo "Setting up ${missing[*]} in .tools ..." >&2
mappers=$root/.tools/mappers
rm -rf "$mappers" .tools/bin/{minimap2,samtools}
mkdir -p "$mappers"/{state/lists/partial,cache/archives/partial,debs} .tools/bin
# package lists of our own: those of the system may be absent, and only root may fetch them
apt=(-qq -o Dir::State="$mappers/state" -o Dir::State::status=/var/lib/dpkg/status
    -o Dir::Cache="$mappers/cache" -o Debug::NoLocking=1 -o APT::Sandbox::User=)
apt-get "${apt[@]}" update
# a simulated installation names what is not on this system: the tools and their libraries
packages=$(apt-get "${apt[@]}" --simulate --no-install-recommends install "${missing[@]}" |
    sed -n 's/^Inst \([^ ]*\).*/\1/p')
(cd "$mappers/debs" && apt-get "${apt[@]}" download $packages)
for deb in "$mappers"/debs/*.deb; do
    dpkg -x "$deb" "$mappers"
done
rm -rf "$mappers"/{state,cache,debs}

for tool in "${missing[@]}"; do
    cat >".tools/bin/$tool" <<'SH'
#!/usr/bin/env bash
mappers=$(dirname "$(dirname "$(realpath "${BASH_SOURCE[0]}")")")/mappers
libraries=$(printf '%s:' "$mappers"/usr/lib/*-linux-gnu* "$mappers"/lib/*-linux-gnu*)
LD_LIBRARY_PATH=$libraries${LD_LIBRARY_PATH:-} exec "$mappers/usr/bin/$(basename "${BASH_SOURCE[0]}")" "$@"
SH
    chmod +x ".tools/bin/$tool"
    ".tools/bin/$tool" --version >/dev/null
done
