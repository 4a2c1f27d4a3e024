#!/usr/bin/env bash
# usage: stand_in_libraries.sh SITE_PACKAGES
# PyPI's torch for Linux is linked to about 3 GB of GPU libraries and does not start without them, though on
# a processor it calls none but libcudart (which says that there is no GPU). In images for processors
# those that are not installed are replaced by stand-ins of a few kB: libraries with the same names
# and symbols, where each function is a single instruction that stops the program. Needs binutils.
set -euo pipefail

site=${1:?usage: stand_in_libraries.sh SITE_PACKAGES}
torch=$site/torch/lib
[[ -d $torch ]] || exit 0
nvidia=$(dirname "$(find "$site/nvidia" -name 'libcudart.so.*' -print -quit)")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

readelf -VW "$torch"/*.so >"$work/versions"
# symbols that torch's libraries look for elsewhere: NAME, or NAME@VERSION
readelf --dyn-syms -W "$torch"/*.so | awk '$7 == "UND" { print $8 }' | sort -u >"$work/wanted"

# versions_of LIBRARY: the symbol versions that torch wants of it
versions_of() {
    awk -v file="File: $1 " '/File: / { ours = index($0, file) } ours && /Name: / { print $3 }' "$work/versions" | sort -u
}

case $(uname -m) in
x86_64) stop=hlt ;;
aarch64) stop='brk #0' ;;
*) echo "No stand-ins for $(uname -m)." >&2 && exit 1 ;;
esac

for library in $(readelf -dW "$torch"/*.so | sed -nE 's/.*\(NEEDED\).*\[(lib(cu|nv|nccl).*)\]/\1/p' | sort -u); do
    # libcuda is the driver's: it comes from the machine, or there is none
    [[ $library != libcuda.* && ! -e $torch/$library && ! -e $nvidia/$library ]] || continue
    : >"$work/map" >"$work/symbols"
    for version in $(versions_of "$library"); do
        sed -n "s/@$version\$//p" "$work/wanted" >"$work/of_version"
        echo "$version { global: $(sed 's/$/;/' "$work/of_version" | paste -sd ' ') };" >>"$work/map"
        cat "$work/of_version" >>"$work/symbols"
    done
    # a library without versions: nothing says which of the symbols are its own, so it has all
    [[ -s $work/map ]] || grep -E '^(cu|nccl)[A-Za-z]*[A-Z]' "$work/wanted" | grep -v @ >"$work/symbols"
    sed "s/.*/.globl &\n.type &, @function\n&: $stop/" "$work/symbols" | as -o "$work/code.o" -
    ld -shared -soname "$library" $([[ ! -s $work/map ]] || echo --version-script "$work/map") \
        -o "$nvidia/$library" "$work/code.o"
done
