#!/usr/bin/env bash
# Tests the Galaxy tools on a real server: lint, every tool's tests, the workflows, clicks in a browser.
# usage: scripts/galaxy.sh [lint|tools|workflows|clicks]...    all of them without arguments
# Logs, results and screenshots: .tools/galaxy/server; the server is stopped whatever happens.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

stages=("${@:-lint}")
(($#)) || stages=(lint tools workflows clicks)
galaxy=$root/.tools/galaxy
bin=$galaxy/venv/bin
suite=$root/galaxy_tools/latentbin
started=$SECONDS
failed=()

want() { [[ " ${stages[*]} " == *" $1 "* ]]; }
# stage NAME COMMAND...: runs it, says how long it took; what fails does not keep the next from running
stage() {
    local name=$1 begun=$SECONDS
    shift
    echo "== $name" >&2
    "$@" || failed+=("$name")
    echo "== $name: $((SECONDS - begun)) s" >&2
}

lint() {
    # Linters that ask sites outside are off: those of addresses, DOIs, containers by default, those of
    # bio.tools and of the Tool Shed here.
    export PLANEMO_GLOBAL_WORKSPACE=$galaxy/planemo
    mkdir -p "$PLANEMO_GLOBAL_WORKSPACE"
    "$bin/planemo" lint --report_level warn --fail_level warn --skip BioToolsValid "$suite" &&
        "$bin/planemo" shed_lint --report_level warn --fail_level warn --ensure_metadata \
            --skip version_bumped "$suite" &&
        "$bin/planemo" workflow_lint --report_level warn --fail_level warn "$suite/workflows"
}

tools() {
    export GALAXY_TEST_DEFAULT_WAIT=600 # seconds that a test may take; by default a day
    "$bin/galaxy-tool-test" --galaxy-url "$GALAXY_URL" --key "$GALAXY_KEY" --parallel-tests 2 \
        --test-data "$suite/test-data" --output-json "$results/tools.json" --output "$results" \
        --suite-name latentbin >"$results/tools.log" 2>&1 || true # the table says it
    "$bin/python" scripts/galaxy/show_tests.py "$results/tools.json" "$suite" tests/galaxy/probe
}

workflows() {
    export PLANEMO_GLOBAL_WORKSPACE=$galaxy/planemo
    # those that stand beside the workflows, and what these cannot say
    "$bin/planemo" test --engine external_galaxy --no_shed_install --galaxy_url "$GALAXY_URL" \
        --galaxy_user_key "$GALAXY_KEY" --galaxy_admin_key "$GALAXY_KEY" \
        --test_output "$results/workflows.html" --test_output_json "$results/workflows.json" \
        "$suite"/workflows/*.gxwf.yml >"$results/workflows.log" 2>&1 ||
        { tail -n 40 "$results/workflows.log" && return 1; }
    python_tests test_workflow.py
}

python_tests() {
    "$bin/python" -m pytest -q -c tests/galaxy/pytest.ini --rootdir tests/galaxy "tests/galaxy/$1"
}

if want lint; then
    stage lint lint
fi
if want tools || want workflows || want clicks; then
    trap 'scripts/galaxy/server.sh stop' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    begun=$SECONDS
    scripts/galaxy/server.sh start
    echo "== server started: $((SECONDS - begun)) s" >&2
    . "$galaxy/server/environment"
    results=$galaxy/server/results
    mkdir -p "$results"
    if want tools; then
        stage "tests of the tools" tools
    fi
    if want workflows; then
        stage workflows workflows
    fi
    if want clicks; then
        export GALAXY_SCREENSHOTS=$results
        stage clicks python_tests test_clicks.py
    fi
fi
echo "== all: $((SECONDS - started)) s" >&2
if ((${#failed[@]})); then
    printf 'failed: %s\n' "${failed[@]}" >&2
    exit 1
fi
