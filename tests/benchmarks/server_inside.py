"""What the endpoint itself spends on a plain request, without a network: keys, dialects, lines, metrics.

    uv run python tests/benchmarks/server_inside.py [--requests 2000] [--profile]

The application is called as a server would call it, with a router that answers at once; then with the real
one, whose upstream answers over loopback. Prints µs of CPU and calls of functions for each request: calls do
not depend on how busy a machine is. With `--profile`, those by module.
"""

import argparse
import asyncio
import cProfile
import os
import pstats
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import uvloop
from server_peers import CONFIG, DEPLOYMENTS, HERE, KEYS, PROMPT, TOKEN

from interlock import Request, Response
from interlock_server.facts import CURRENT
from interlock_server.operation.collecting import settle
from interlock_server.operation.lines import Lines
from interlock_server.operation.router_service import RouterService

PATH = "/v1/chat/completions"
BODY = (
    f'{{"model": "gpt-5.5", "temperature": 0.2, "messages": [{{"role": "user", "content": "{PROMPT}"}}]}}'
).encode()
HEADERS = [
    (b"host", b"127.0.0.1"),
    (b"authorization", f"Bearer {TOKEN}".encode()),
    (b"content-type", b"application/json"),
    (b"content-length", str(len(BODY)).encode()),
]


def asking(service: RouterService) -> Callable[[], Awaitable[None]]:
    async def send(message: Any) -> None:
        assert message.get("status", 200) == 200, message

    async def ask() -> None:
        bodies = [BODY]

        async def receive() -> dict[str, Any]:
            if not bodies:
                await asyncio.Event().wait()  # a client that does not leave
            return {"type": "http.request", "body": bodies.pop(), "more_body": False}

        scope: dict[str, Any] = {"type": "http", "method": "POST", "path": PATH, "raw_path": PATH.encode()}
        scope |= {"headers": list(HEADERS), "scheme": "http", "http_version": "1.1", "query_string": b""}
        await service.app(scope, receive, send)

    return ask


def at_once(response: Response) -> Callable[[Request], Awaitable[Response]]:
    """A router's `complete` that costs nothing, and tells of the call what a router would."""

    async def complete(_: Request) -> Response:
        facts = CURRENT.get()
        assert facts is not None
        facts.task, facts.estimate, facts.record, facts.cost = "conversational", 40, "0" * 32, 0.000713
        facts.deployment, facts.model = "a", "openai/gpt-5.5"
        facts.input_tokens, facts.output_tokens = 57, 64
        return response

    return complete


async def measured(name: str, ask: Callable[[], Awaitable[None]], requests: int, *, profile: bool) -> None:
    for _ in range(200):
        await ask()
    settle()
    took = []
    for _ in range(5):
        began = time.process_time()
        for _ in range(requests):
            await ask()
        took.append((time.process_time() - began) / requests * 1e6)
    profiler = cProfile.Profile()
    profiler.enable()
    for _ in range(requests):
        await ask()
    profiler.disable()
    stats: Any = pstats.Stats(profiler)
    print(f"{name}: {min(took):.0f} µs CPU at best of five, {stats.total_calls / requests:.0f} calls")
    if profile:
        places: Counter[str] = Counter()
        for (file, _, _), (_, calls, *_) in stats.stats.items():
            # Functions in C have no file.
            place = file.rpartition("/site-packages/")[2].rpartition("/interlock")[2]
            places["in C" if file == "~" else place] += calls
        for place, calls in places.most_common(40):
            print(f"  {calls / requests:6.1f} {place}")


def configure(upstream: str) -> None:
    deployments = "\n".join(
        f'  - {{id: {name}, model: {model}, provider: openai, base_url: "{upstream}", api_key: benchmark}}'
        for name, model in DEPLOYMENTS.items()
    )
    config = CONFIG.format(deployments=deployments, records="records", more="")
    Path("serve.yaml").write_text(config.replace("records: sqlite:///records.db\n", ""))
    Path("keys.yaml").write_text(KEYS.format(digest=sha256(TOKEN.encode()).hexdigest()))
    Path("keys.yaml").chmod(0o600)


async def main(arguments: argparse.Namespace) -> None:
    lines = Lines(os.open(os.devnull, os.O_WRONLY))
    service = RouterService("serve.yaml", host="127.0.0.1", lines=lines)
    await service.start()
    ask, router = asking(service), service.live.served.router
    await measured("with the router", ask, arguments.requests, profile=arguments.profile)
    response = await router.complete(PROMPT, model="openai/gpt-5.5")
    router.complete = at_once(response)  # type: ignore[method-assign, assignment]  # it takes a request alone
    await measured("by itself", ask, arguments.requests, profile=arguments.profile)
    await service.aclose()
    lines.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=2_000)
    parser.add_argument("--profile", action="store_true")
    upstream = subprocess.Popen(
        [sys.executable, str(HERE / "server_upstream.py")], stdout=subprocess.PIPE, text=True
    )
    assert upstream.stdout is not None
    try:
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            configure(f"http://127.0.0.1:{upstream.stdout.readline().strip()}/v1")
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(main(parser.parse_args()))
            os.chdir("/")
    finally:
        upstream.kill()
