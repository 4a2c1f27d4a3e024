"""Wait for the server, make its administrator, warm its worker up; print shell variables.

usage: first_user.py BOOTSTRAP_KEY SERVER_FOLDER, with GALAXY_URL in the environment
"""

from __future__ import annotations

import json
import os
import secrets
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

URL = os.environ["GALAXY_URL"]
USER = "admin@example.org"  # as in galaxy.yml.in
START_SECONDS, WARM_SECONDS = 600, 300


def call(method: str, path: str, key: str, data: Any = None) -> Any:
    """One request to the API."""
    request = urllib.request.Request(
        URL + path,
        method=method,
        data=None if data is None else json.dumps(data).encode(),
        headers={"x-api-key": key, "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=120) as reply:
        return json.loads(reply.read() or "null")


def wait_for_server(folder: Path) -> None:
    """Until it answers, or its process has ended."""
    process = Path("/proc", (folder / "web.pid").read_text().strip())
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.exists():
        try:
            urllib.request.urlopen(URL + "/api/version", timeout=5)
        except OSError:
            time.sleep(1)
        else:
            return
    sys.exit("the server does not answer")


def main() -> None:
    """Do it."""
    bootstrap, folder = sys.argv[1], Path(sys.argv[2])
    wait_for_server(folder)
    password = secrets.token_hex(12)
    account = {"username": "admin", "email": USER, "password": password}
    user = call("POST", "/api/users", bootstrap, account)["id"]
    key = call("POST", f"/api/users/{user}/api_key", bootstrap)
    # the first task of the worker takes its time
    history = call("POST", "/api/histories", key, {"name": "first upload"})["id"]
    element = {"src": "pasted", "paste_content": ">a\nACGT\n", "ext": "fasta", "name": "a"}
    target = {"destination": {"type": "hdas"}, "elements": [element]}
    upload = call("POST", "/api/tools/fetch", key, {"history_id": history, "targets": [target]})
    dataset, state = upload["outputs"][0]["id"], ""
    until = time.monotonic() + WARM_SECONDS
    while time.monotonic() < until and state not in ("ok", "error"):
        time.sleep(1)
        state = call("GET", f"/api/histories/{history}/contents/{dataset}", key)["state"]
    if state != "ok":
        sys.exit(f"the first upload is '{state}'; see worker.log")
    for name, value in (("URL", URL), ("KEY", key), ("USER", USER), ("PASSWORD", password)):
        print(f"export GALAXY_{name}={value}")


main()
