#!/usr/bin/env bash
# A Galaxy server with the tools of galaxy_tools/latentbin, on the loopback address.
# usage: scripts/galaxy/server.sh start|stop
# start writes .tools/galaxy/server/environment, to be sourced: GALAXY_URL, GALAXY_KEY, GALAXY_USER, GALAXY_PASSWORD.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

venv=$root/.tools/galaxy/venv
server=$root/.tools/galaxy/server
here=$root/scripts/galaxy

start() {
    stop
    rm -rf "$server"
    mkdir -p "$server"/{config,data,logs}
    cd "$server"
    # readers do not hold writers up, so that on a busy machine none waits for the other too long
    "$venv/bin/python" -c 'import sqlite3
for name in ("universe", "control"):
    sqlite3.connect(f"data/{name}.sqlite").execute("pragma journal_mode=wal")'
    local key secret port
    read -r key secret port < <("$venv/bin/python" -c '
import secrets, socket
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    print(secrets.token_hex(16), secrets.token_hex(16), free.getsockname()[1])')
    sed -e "s|@FOLDER@|$server|g" -e "s|@KEY@|$key|" -e "s|@SECRET@|$secret|" \
        "$here/galaxy.yml.in" >config/galaxy.yml
    echo '<tool_sheds/>' >config/tool_sheds.xml
    echo '<tables/>' >config/tool_data_tables.xml
    {
        echo '<toolbox monitor="false"><section id="latentbin" name="Latentbin">'
        for tool in "$root"/galaxy_tools/latentbin/latentbin_*.xml "$root"/tests/galaxy/probe/*.xml; do
            echo "  <tool file=\"$tool\"/>"
        done
        echo '</section></toolbox>'
    } >config/tools.xml

    export GALAXY_CONFIG_FILE=$server/config/galaxy.yml
    # The jobs have the server's PATH: the commands under test stand on it, Galaxy's Python does not.
    # Programs that they call may be those of scripts/setup-debian.sh. PYTHONPATH and the like would reach
    # the jobs too.
    unset PYTHONPATH PYTHONHOME VIRTUAL_ENV
    export PATH=$root/.venv/bin:/usr/local/bin:/usr/bin:/bin:$root/.tools/bin
    setsid nohup "$venv/bin/galaxy-web" -c "$GALAXY_CONFIG_FILE" -b "127.0.0.1:$port" \
        >logs/web.log 2>&1 &
    echo $! >web.pid
    setsid nohup "$venv/bin/celery" --app galaxy.celery worker --pool threads --concurrency 2 \
        --loglevel INFO --queues celery,galaxy.internal,galaxy.external >logs/worker.log 2>&1 &
    echo $! >worker.pid

    export GALAXY_URL=http://127.0.0.1:$port
    "$venv/bin/python" "$here/first_user.py" "$key" "$server" >environment || {
        tail -n 30 logs/web.log >&2
        echo "Galaxy did not start; see $server/logs." >&2
        return 1
    }
}

stop() {
    local name pid
    for name in worker web; do
        [[ -f $server/$name.pid ]] || continue
        pid=$(<"$server/$name.pid")
        # each leads a process group of its own; a number that another program has by now is left alone
        if grep -qs "$venv" "/proc/$pid/cmdline"; then
            kill -TERM -- "-$pid" 2>/dev/null || true
            for _ in {1..30}; do
                kill -0 "$pid" 2>/dev/null || break
                sleep 0.5
            done
            kill -KILL -- "-$pid" 2>/dev/null || true
        fi
        rm -f "$server/$name.pid"
    done
}

"${1:?usage: scripts/galaxy/server.sh start|stop}"
