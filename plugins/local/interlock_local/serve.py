"""The model server, as a program of its own: started by `interlock_local.process`, never imported.

Reads one line of JSON from stdin (path, key, name, threads, context, slots, import path), prints one line of
JSON (address, or error), and serves until stdin closes or its parent is gone.
"""

import json
import os
import sys
import threading
import time
from typing import Any

_PARENT_POLL = 1.0


def main() -> None:
    order = json.loads(sys.stdin.readline())
    sys.path[:] = order["import_path"]
    parent = os.getppid()
    answer = sys.stdout
    try:
        server = _start(order)
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent has to hear of it
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}), file=answer, flush=True)
        os._exit(1)
    print(json.dumps({"address": server.listening_address}), file=answer, flush=True)
    threading.Thread(target=_leave_with_stdin, daemon=True).start()
    while os.getppid() == parent:
        time.sleep(_PARENT_POLL)
    os._exit(0)


def _start(order: dict[str, Any]) -> Any:
    import xllamacpp  # noqa: PLC0415 - only now is the import path known

    params = xllamacpp.CommonParams()
    params.model.path = order["path"]
    params.model_alias = {order["name"]}
    params.api_keys = [order["key"]]
    params.port = 0
    params.n_parallel = order["slots"]
    params.n_ctx = order["context"] * order["slots"]  # the server divides it among its slots
    params.cpuparams.n_threads = order["threads"]
    params.cpuparams_batch.n_threads = order["threads"]
    params.endpoint_slots = False
    params.ui = False
    params.offline = True
    params.verbosity = -1
    return xllamacpp.Server(params)


def _leave_with_stdin() -> None:
    """Ends the process at once: the server's own teardown waits for generations that nobody will read."""
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
