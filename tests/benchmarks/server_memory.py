"""What the endpoint holds in memory, by import and as requests come, configured as in `server_peers.py`.

    uv run python tests/benchmarks/server_memory.py [--python PYTHON] [--requests 200000]

PYTHON is that of an environment with what shall be measured; left out, this one with every plugin. Bytecode
is kept, as an installed program's is: without it, compiling leaves 2 to 5 MB behind. What one import takes
depends on those before it.
"""

import argparse
import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path

from server_peers import CONFIG, DEPLOYMENTS, HERE, KEYS, PROMPT, TOKEN, Server, free_port, measured

IMPORTS = (
    *("typing", "asyncio", "ssl", "pydantic", "pydantic_settings", "interlock", "typer", "interlock.config"),
    *(
        "uvloop",
        "uvicorn",
        "aiohttp",
        "interlock.http",
        "interlock_server.commands.serve",
        "interlock_server.endpoint",
    ),
    *(
        "interlock_openai",
        "sqlite3",
        "interlock_sql.file_database",
        "interlock_sql.database",
        "alembic.command",
    ),
)
RESIDENT = """
import importlib, sys
def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096 / 2**20
before = resident()
print(f"{before:6.1f} MB Python itself")
for name in sys.argv[1:]:
    importlib.import_module(name)
    now = resident()
    print(f"{now - before:6.1f} MB {name}")
    before = now
print(f"{before:6.1f} MB together")
"""
ONE_BY_ONE = 2_000


def configured(folder: Path, upstream: str, *, records: bool) -> None:
    (folder / "keys.yaml").write_text(KEYS.format(digest=sha256(TOKEN.encode()).hexdigest()))
    (folder / "keys.yaml").chmod(0o600)
    deployments = "\n".join(
        f"  - {{id: {name}, model: {model}, provider: {model.partition('/')[0]}, "
        f'base_url: "{upstream}", api_key: benchmark, region: us}}'
        for name, model in DEPLOYMENTS.items()
    )
    text = CONFIG.format(deployments=deployments, records="records", more="")
    kept = text if records else text.replace("records: sqlite:///records.db\n", "")
    (folder / "serve.yaml").write_text(kept)


def body(number: int) -> str:
    message = {"role": "user", "content": f"{number} {PROMPT}"}
    return json.dumps({"model": "gpt-5.5", "messages": [message], "temperature": 0.2})


def ask(port: int, first: int, last: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"authorization": f"Bearer {TOKEN}", "content-type": "application/json"}
    for number in range(first, last):
        connection.request("POST", "/v1/chat/completions", body(number), headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, answer.status
    connection.close()


def told(server: Server, what: str) -> None:
    time.sleep(2.0)  # until what waits to be written is written
    print(f"{server.memory():6.1f} MB {what}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--no-records", dest="records", action="store_false")
    arguments = parser.parse_args()
    with ExitStack() as leaving:
        folder = Path(leaving.enter_context(tempfile.TemporaryDirectory()))
        kept = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}
        command = [arguments.python, "-c", RESIDENT, *IMPORTS]
        for _ in range(2):  # the first time compiles
            done = subprocess.run(
                command, env=os.environ | kept, cwd=folder, capture_output=True, text=True, check=True
            )
        print(done.stdout)
        source = subprocess.Popen(
            [sys.executable, str(HERE / "server_upstream.py")], stdout=subprocess.PIPE, text=True
        )
        leaving.callback(source.kill)
        assert source.stdout is not None
        configured(
            folder, f"http://127.0.0.1:{source.stdout.readline().strip()}/v1", records=arguments.records
        )
        port = free_port()
        program = ["-c", "from interlock_start import main; main()", "--config", "serve.yaml", "serve"]
        command = [arguments.python, *program, "--port", str(port)]
        for last in (False, True):  # likewise
            server = Server("interlock", command, folder, port, **kept)
            time.sleep(8.0)
            if not last:
                server.stop()
        leaving.callback(server.stop)
        told(server, "started")
        ask(port, 0, 1)
        told(server, "after 1 request")
        ask(port, 1, ONE_BY_ONE)
        told(server, f"after {ONE_BY_ONE:,}, one after another")
        count, failed = ONE_BY_ONE, 0
        request = ["/v1/chat/completions", {"authorization": f"Bearer {TOKEN}"}, body(0)]
        while count < arguments.requests:
            found = measured(server, 16, 10.0, request)
            count, failed = count + int(found["requests"]), failed + int(found["failures"])
            told(server, f"after {count:,}, 16 at once; {failed} failed")


if __name__ == "__main__":
    main()
