"""Codex, the agent of the command line, before the endpoint: an answer, and a command that it runs.

    npm install --prefix /somewhere @openai/codex
    uv run python tests/benchmarks/server_codex.py /somewhere/node_modules/.bin/codex

Each of the two in four settings: a vendor of chat completions and one of Responses, each well and behind
another deployment that fails. Codex has a home of its own and none of the variables of whoever runs this.
Prints what came of each run; nothing but this machine is asked.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))

from asked import Asked, Called, Said
from attentive import Attentive
from interlock_server.endpoint import open_served
from server_stage import SECRET, endpoint_of, serving

COMMAND = "echo proof > written.txt && cat written.txt"
SECONDS = 120


def answer(asked: Asked) -> Said | None:
    """Asks for the command once, where its prompt wants one, and tells what came of it."""
    prompt = " ".join(turn.text for turn in asked.turns if turn.role == "user")
    results = [result.text for turn in asked.turns for result in turn.results]
    if "command" not in prompt.rsplit("Please", 1)[-1]:
        return None
    if results:
        return Said(text=f"It printed: {results[-1].strip().splitlines()[-1]}", tokens=(30, 7))
    call = Called(id="call_1", name="exec_command", arguments={"cmd": COMMAND})
    return Said(
        text="I will run it.", thought="It must be run.", signature="gAAAAseal",
        calls=[call], finish="tool_calls", tokens=(20, 9),
    )  # fmt: skip


def configuration(url: str, endpoint: str, *, failing: bool) -> dict[str, Any]:
    def deployment(name: str, base: str) -> dict[str, Any]:
        common = {"id": name, "model": "test/m", "provider": "openai", "region": "eu", "api_key": SECRET}
        return {**common, "base_url": base, "traits": {"endpoint": endpoint}}

    first = [deployment("first", f"{url}/broken/v1")] if failing else []
    card = {"id": "test/m", "context_window": 200_000, "capabilities": ["tools", "reasoning"]}
    return {
        "deployments": [*first, deployment("second", f"{url}/v1")],
        "models": [card],
    }


def home(folder: Path, url: str) -> Path:
    place = folder / "home" / ".codex"
    place.mkdir(parents=True)
    (place / "config.toml").write_text(
        f"""model = "test/m"
model_provider = "interlock"
web_search = "disabled"
[model_providers.interlock]
name = "Interlock"
base_url = "{url}/v1"
env_key = "INTERLOCK_KEY"
wire_api = "responses"
"""
    )
    return place.parent


def run(codex: str, prompt: str, folder: Path, url: str) -> tuple[int, str, str]:
    work = folder / "work"
    work.mkdir()
    path = os.pathsep.join(("/usr/bin", "/bin", str(Path(shutil.which("node") or "/usr/bin/node").parent)))
    done = subprocess.run(
        [codex, "exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", prompt],
        cwd=work,
        env={"HOME": str(home(folder, url)), "PATH": path, "INTERLOCK_KEY": "of-no-use-here"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    written = work / "written.txt"
    return done.returncode, done.stdout + done.stderr, written.read_text() if written.exists() else ""


def one(codex: str, endpoint: str, what: str, *, failing: bool) -> bool:
    prompt = "Say hello." if what == "plain" else "Please run a command."
    with Attentive() as vendor, tempfile.TemporaryDirectory(dir=Path.home()) as folder:
        vendor.answers = answer
        served = open_served(configuration(vendor.url, endpoint, failing=failing))
        with serving(endpoint_of(served)) as client:
            begun = time.perf_counter()
            code, told, written = run(codex, prompt, Path(folder), client.url)
            seconds = time.perf_counter() - begun
    well = code == 0 and not vendor.refused and (vendor.broken > 0) == failing
    if what == "plain":
        well = well and "how may I help" in told
    else:
        well = well and written == "proof\n" and "It printed: proof" in told
    before = "fails first" if failing else "well"
    calls = f"{len(vendor.seen)} calls, {vendor.broken} failed"
    print(f"{endpoint:10} {before:12} {what:8} {'passed' if well else 'FAILED'}  {calls}, {seconds:.1f} s")
    if not well:
        print(told[-3000:], *vendor.refused[:2], sep="\n")
    return well


def main(codex: str) -> int:
    runs = [
        one(codex, endpoint, what, failing=failing)
        for endpoint in ("chat", "responses")
        for failing in (False, True)
        for what in ("plain", "command")
    ]
    print(f"{sum(runs)} of {len(runs)} passed")
    return runs.count(False)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
