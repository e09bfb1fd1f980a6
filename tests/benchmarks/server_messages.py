"""Clients of Anthropic's messages before the endpoint, which tests do not install: counts of what passes.

    python -m venv /somewhere && /somewhere/bin/pip install llm-comply langchain-anthropic langchain-tests \
        pytest pytest-asyncio
    npm install --prefix /somewhere @anthropic-ai/sdk
    uv run python tests/benchmarks/server_messages.py /somewhere

`llm-comply` checks bodies and events against the vendor's schema; LangChain's standard tests run through
`ChatAnthropic`, first at an upstream that is as strict as the vendor, then through the endpoint before it;
Anthropic's package for Node streams, and goes through a loop of tools. Before each vendor's dialect, well and
behind another deployment that fails. Nothing but this machine is asked.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))

from attentive import Attentive
from interlock_server.endpoint import open_served
from langchain_standard import DIALECTS, configuration
from server_stage import endpoint_of, serving

HERE = Path(__file__).resolve().parent / "server_messages"
# llm-comply asks for thoughts of models that it knows to have such.
MODEL = "claude-opus-4-8"


@contextmanager
def endpoint(dialect: str, *, failing: bool) -> Iterator[str]:
    with Attentive() as upstream:
        source = configuration(upstream.url, dialect, fallback=failing)
        with serving(endpoint_of(open_served({**source, "server": {"aliases": {MODEL: "auto"}}}))) as client:
            yield client.url


def ran(command: list[str], **environ: str) -> str:
    home = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(
        command,
        cwd=HERE,
        env={**home, **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return done.stdout + done.stderr


def complied(place: Path, url: str) -> str:
    where = ["-u", f"{url}/v1", "-k", "none", "-m", MODEL, "--format", "anthropic"]
    said = ran([str(place / "bin" / "llm-comply"), "run", *where])
    passed, failed = len(re.findall("[✓✅]", said)), len(re.findall("[✗❌]", said))
    return f"{passed} of {passed + failed}"


def langchain(place: Path, url: str, model: str) -> str:
    loops = ["-o", "asyncio_mode=auto", "-o", "asyncio_default_test_loop_scope=session"]
    alone = ["-q", "--noconftest", "-p", "no:cacheprovider", "-c", os.devnull]
    suite = [*alone, *loops, str(HERE / "langchain_suite.py")]
    said = ran([str(place / "bin" / "python"), "-m", "pytest", *suite], URL=url, MODEL=model)
    found = re.findall(r"(\d+ .*) in [\d.]+s", said)
    return found[-1] if found else f"nothing: {said[-300:]}"


def node(place: Path, url: str) -> str:
    module = place / "node_modules" / "@anthropic-ai" / "sdk" / "index.mjs"
    return ran(["node", str(HERE / "client.mjs"), str(module), url]).strip()


def main(place: Path) -> None:
    with Attentive() as upstream:
        print(f"LangChain at the upstream itself: {langchain(place, upstream.url, 'claude-4-opus')}")
    for dialect in DIALECTS:
        for failing in (False, True):
            where = "behind one that fails" if failing else "well"
            with endpoint(dialect, failing=failing) as url:
                print(f"{dialect}, {where}:")
                print(f"  llm-comply: {complied(place, url)}")
                print(f"  LangChain: {langchain(place, url, 'auto')}")
                print(f"  Node: {node(place, url)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
