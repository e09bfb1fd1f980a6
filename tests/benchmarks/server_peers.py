"""The endpoint beside Portkey's gateway and a bare relay, over one upstream, in turns within one run.

    uv run python tests/benchmarks/server_peers.py --portkey FOLDER [--node NODE] [--stream] [--workers 2]

FOLDER is where `npm install @portkey-ai/gateway@1.15.2 @hono/node-server@1.14.0` was run; without it Portkey
is left out. The endpoint asks for a key with a budget in dollars, tokens and requests, and keeps each record
in SQLite; Portkey has none of these. With several workers there is a second endpoint, of one process; the
several ones count budgets in a ledger of SQLite, or in the one that `--ledger` names. CPU is that of each
server's own processes, in microseconds a request.
The relay is an ASGI application that sends on what aiohttp's client gives it, under the same uvicorn.
"""

import argparse
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TOKEN = "ilk_" + "b" * 43
PROMPT = "Write a short note to our customer in Lyon, whose parcel was lost by the carrier. " * 2
CONFIG = """
deployments:
{deployments}
server: {{keys: keys.yaml}}
records: sqlite:///{records}.db
{more}"""
DEPLOYMENTS = {"a": "openai/gpt-5.5", "b": "zhipu/glm-5.2", "c": "mistral/mistral-large-3"}
KEYS = """
benchmark:
  sha256: {digest}
  limits:
    - {{per: day, usd: 100000, tokens: 1000000000000, requests: 1000000000}}
"""
TICKS = os.sysconf("SC_CLK_TCK")


class Server:
    """One server, in processes of its own."""

    def __init__(self, name: str, command: Sequence[str], folder: Path, port: int, **environ: str) -> None:
        self.name, self.port = name, port
        self.figures: list[dict[str, float]] = []
        self.log = (folder / f"{name}.log").open("wb")
        self.process = subprocess.Popen(
            command, cwd=folder, stdout=self.log, stderr=self.log, env={**os.environ, **environ}
        )

    def processes(self) -> list[int]:
        found = [self.process.pid]
        for parent in found:
            path = Path(f"/proc/{parent}/task/{parent}/children")
            found += map(int, path.read_text().split()) if path.exists() else []
        return found

    def cpu(self) -> float:
        seconds = 0.0
        for process in self.processes():
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            seconds += (int(fields[11]) + int(fields[12])) / TICKS
        return seconds

    def memory(self) -> float:
        """Resident, in MB; what processes share counts in each."""
        texts = (Path(f"/proc/{process}/status").read_text() for process in self.processes())
        return sum(int(found[1]) for text in texts if (found := re.search(r"VmRSS:\s+(\d+)", text))) / 1024

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.log.close()


def measured(server: Server, connections: int, seconds: float, request: Sequence[Any]) -> dict[str, float]:
    before = server.cpu()
    command = [sys.executable, str(HERE / "server_load.py"), str(server.port), str(connections), str(seconds)]
    done = subprocess.run([*command, json.dumps(request)], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    cpu = (server.cpu() - before) / max(found["requests"], 1) * 1e6
    return {**found, "rate": found["requests"] / found["seconds"], "cpu": cpu, "memory": server.memory()}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def started(arguments: argparse.Namespace, folder: Path, upstream: str) -> list[Server]:
    servers: list[Server] = []
    if arguments.portkey:
        port = free_port()
        script = Path(arguments.portkey) / "node_modules/@portkey-ai/gateway/build/start-server.js"
        command = [arguments.node, str(script.resolve()), f"--port={port}", "--headless"]
        servers.append(Server("portkey", command, folder, port))
    port = free_port()
    command = ["-m", "uvicorn", "server_relay:app", "--port", str(port), "--no-access-log"]
    command += ["--log-level", "warning", "--lifespan", "off"]
    more = {"UPSTREAM": upstream, "PYTHONPATH": str(HERE)}
    servers.append(Server("relay", [sys.executable, *command], folder, port, **more))
    (folder / "keys.yaml").write_text(KEYS.format(digest=sha256(TOKEN.encode()).hexdigest()))
    (folder / "keys.yaml").chmod(0o600)
    deployments = "\n".join(
        f"  - {{id: {name}, model: {model}, provider: {model.partition('/')[0]}, "
        f'base_url: "{upstream}", api_key: benchmark, region: us}}'
        for name, model in DEPLOYMENTS.items()
    )
    program = [sys.executable, "-c", "from interlock_start import main; main()"]
    for workers in sorted({1, arguments.workers}, reverse=True):
        port, name = free_port(), "interlock" if workers == arguments.workers else "interlock-1"
        shared = "" if workers == 1 else f"ledger: {arguments.ledger}\n"
        text = CONFIG.format(deployments=deployments, records=name, more=shared)
        (folder / f"{name}.yaml").write_text(text)
        command = ["--config", f"{name}.yaml", "serve", "--port", str(port)]
        if workers > 1:
            command += ["--workers", str(workers)]
        servers.append(Server(name, [*program, *command], folder, port))
    return servers


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--portkey", default="")
    parser.add_argument("--node", default="node")
    parser.add_argument("--stream", action="store_true")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--ledger", default="sqlite:///ledger.db")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with ExitStack() as leaving:
        folder = Path(leaving.enter_context(tempfile.TemporaryDirectory()))
        source = subprocess.Popen(
            [sys.executable, str(HERE / "server_upstream.py")], stdout=subprocess.PIPE, text=True
        )
        leaving.callback(source.kill)
        assert source.stdout is not None
        root = f"http://127.0.0.1:{source.stdout.readline().strip()}/v1"
        servers = started(arguments, folder, root)
        for server in servers:
            leaving.callback(server.stop)
        time.sleep(12)
        body = {"model": "gpt-5.5", "messages": [{"role": "user", "content": PROMPT}], "temperature": 0.2}
        headers = {"authorization": f"Bearer {TOKEN}", "x-portkey-provider": "openai"}
        headers["x-portkey-custom-host"] = root
        request = ["/v1/chat/completions", headers, json.dumps(body | {"stream": arguments.stream})]
        for number in range(-2, arguments.rounds):  # two rounds to get warm in
            for server in servers:
                found = measured(server, arguments.connections, arguments.seconds, request)
                if number >= 0:
                    server.figures.append(found)
                print(
                    f"{number:3} {server.name:10} {found['rate']:7.0f}/s {found['cpu']:7.0f} µs CPU, "
                    f"p50 {found['p50']:6.1f} ms, p99 {found['p99']:6.1f} ms, {found['memory']:5.0f} MB, "
                    f"{found['failures']} failed",
                    flush=True,
                )
        ours = next(each for each in servers if each.name == "interlock")
        for server in [each for each in servers if each is not ours]:
            rate, cpu = (
                statistics.median(
                    mine[key] / theirs[key] for mine, theirs in zip(ours.figures, server.figures, strict=True)
                )
                for key in ("rate", "cpu")
            )
            print(f"interlock beside {server.name}: {rate:.2f} of its requests, {cpu:.2f} of its CPU")


if __name__ == "__main__":
    main()
