#!/usr/bin/env bash
# Chromium: the system's, or the one that scripts/setup-debian.sh has unpacked. Its own start script
# would look for settings in /etc.
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

folder=$root/.tools/debian/chromium
if theirs=$(find_on_path chromium); then
    exec "$theirs" "$@"
fi
libraries=$(printf '%s:' "$folder"/{usr/,}lib{,/*-linux-gnu*} "$folder"/usr/lib/*-linux-gnu*/pulseaudio)
LD_LIBRARY_PATH=$libraries${LD_LIBRARY_PATH:-} \
    exec "$folder/usr/lib/chromium/chromium" "$@"
