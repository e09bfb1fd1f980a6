"""The plugin of docs/write-a-plugin.md as its author publishes it: installed, checked and used."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from interlock.testing import Reply, Upstream

ROOT = Path(__file__).parents[2]
ACME = ROOT / "tests" / "third_party" / "acme"
END = {"why": "done", "cost": {"heard": 12, "spoken": 5}}
LIST = "import sys; from interlock.cli import main; sys.argv[1:] = ['plugins', '--json']; main()"
CHECK = "import sys; from interlock.cli import main; sys.argv[1:] = ['plugins', 'check', sys.argv[1]]; main()"
ASK = """
import asyncio, json, sys
from interlock import Router

async def main():
    there = {"id": "oracle", "model": "openai/gpt-5.5", "provider": "acme", "name": "oracle-3"}
    async with Router.from_config({"deployments": [there | {"base_url": sys.argv[1]}]}) as router:
        plain = await router.complete("Who are you?")
        async with router.stream("Who are you?") as stream:
            said = [chunk.text async for chunk in stream if chunk.text]
    print(json.dumps([plain.text, plain.deployment, plain.usage.input_tokens, said, stream.response.text]))

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a process that has the plugin installed."""
    folder = tmp_path_factory.mktemp("acme")
    source, target = folder / "source", folder / "site"
    shutil.copytree(ACME, source, ignore=shutil.ignore_patterns("__pycache__"))
    uv = os.environ.get("UV") or shutil.which("uv")
    assert uv, "uv runs these tests, and installs the plugin"
    # From the root, so that the build's own requirements are as old as everything else's.
    command = [uv, "pip", "install", "--quiet", "--no-deps", "--target", str(target), str(source)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    environ = {name: value for name, value in os.environ.items() if not name.startswith("INTERLOCK_")}
    return {**environ, "PYTHONPATH": str(target), "ACME_API_KEY": "sk-acme-0123456789"}


def run(installed: dict[str, str], *arguments: str, cwd: Path) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=installed, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_passes_the_conformance_kit(installed: dict[str, str], tmp_path: Path) -> None:
    shutil.copy(ACME / "test_acme.py", tmp_path)
    quiet = ("-q", "-p", "no:cacheprovider", "-p", "no:asyncio", "-W", "error")
    report = run(installed, "-m", "pytest", *quiet, "test_acme.py", cwd=tmp_path)
    assert " passed" in report
    assert "failed" not in report


def test_its_report_says_what_was_left_out_and_why(installed: dict[str, str], tmp_path: Path) -> None:
    report = run(installed, "-c", CHECK, "interlock-acme", cwd=tmp_path)
    assert report.startswith("## Conformance of interlock-acme 1.0.0\n")
    page = (ROOT / "docs" / "write-a-plugin.md").read_text("utf-8")
    shown = page[page.index("## Conformance of interlock-acme") :].partition("```")[0]
    assert set(shown.splitlines()) <= set(report.splitlines())
    assert "failed**" not in report


def test_it_is_listed(installed: dict[str, str], tmp_path: Path) -> None:
    listed = json.loads(run(installed, "-c", LIST, cwd=tmp_path))
    (acme,) = [plugin for plugin in listed if plugin["name"] == "acme"]
    assert (acme["distribution"], acme["version"], acme["status"]) == ("interlock-acme", "1.0.0", "ok")
    assert acme["offers"] == {"interlock_providers": ["acme"]}


def test_it_serves_plain_and_streamed_requests(installed: dict[str, str], tmp_path: Path) -> None:
    plain = Reply.json({"said": "The Oracle.", **END})
    # What came together would be one step.
    streamed = Reply.events({"said": "The "}, 0.3, {"said": "Oracle."}, {"said": "", **END})
    with Upstream(plain, streamed) as upstream:
        printed = run(installed, "-c", ASK, f"{upstream.url}/v2", cwd=tmp_path)
    assert json.loads(printed) == ["The Oracle.", "oracle", 12, ["The ", "Oracle."], "The Oracle."]
    first = upstream.requests[0]
    assert (first.path, first.headers["acme-key"]) == ("/v2/talk", "sk-acme-0123456789")
    assert first.json()["oracle"] == "oracle-3"
    assert first.json()["lines"] == [{"who": "user", "line": "Who are you?"}]
    upstream.assert_done()


def test_its_whole_repository_is_small() -> None:
    code = [line for line in (ACME / "interlock_acme.py").read_text("utf-8").splitlines() if line.strip()]
    assert len(code) < 65
