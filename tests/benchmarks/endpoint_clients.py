"""What clients that others wrote make of the endpoint, before a vendor's server that takes nothing but what
the vendor's own SDK would send: while all is well, and while whoever should answer first is down.

    uv run --with llm-comply --with llm --with langchain-openai --with langchain-tests --with pytest-asyncio \
        python tests/benchmarks/endpoint_clients.py

`llm-comply` holds the dialects against their documents; `llm` is a program for the command line;
`langchain-tests` are LangChain's own tests of chat models, whose `direct` is the same client before the
vendor's server without the endpoint. A client that is not installed is left out. Prints a line each.
"""

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

from attentive import Attentive  # noqa: E402 - found by the line above
from interlock.testing import Reply, Upstream  # noqa: E402 - likewise
from server_stage import stage  # noqa: E402 - likewise

COMPLY = "from llm_comply.cli import main; main()"
# With models that the client takes for ones that think.
FORMATS = {"openai-chat": "gpt-5", "open-responses": "gpt-5", "anthropic": "claude-opus-4-8"}
ASKED = {
    "streams": ["Say hello."],
    "answers": ["--no-stream", "Say hello."],
    "fills in a schema": ["--schema", "city, n int", "Where?"],
    "calls a tool": ["-T", "llm_time", "Use the tool to tell the time."],
}


@contextmanager
def endpoint(*, down: bool) -> Iterator[tuple[str, str]]:
    """(the endpoint's address, that of the vendor's server)."""
    with ExitStack() as stack:
        vendor = Attentive()
        vendors: list[Upstream] = [vendor]
        if down:
            vendors.insert(0, Upstream(always=Reply.json({"error": {"message": "down"}}, status=503)))
        for each in vendors:
            stack.enter_context(each)
        aliases = dict.fromkeys(FORMATS.values(), "agentic_tool_use")
        client = stack.enter_context(stage(*vendors, retries={"max": 0}, server={"aliases": aliases}))
        yield client.url, vendor.url


def complied(url: str, form: str, model: str) -> str:
    command = [sys.executable, "-c", COMPLY, "run", "-u", f"{url}/v1", "-k", "none", "-m", model]
    told = json.loads(run([*command, "--format", form, "--json"]).stdout)
    failed = [f"{each['id']} {each['status']}" for each in told["results"] if each["status"] != "passed"]
    return f"{told['summary']['passed']} of {told['summary']['total']}{_listed(failed)}"


def asked_llm(url: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        model = f"- model_id: there\n  model_name: auto\n  api_base: {url}/v1\n"
        told = f"{model}  supports_tools: true\n  supports_schema: true\n"
        Path(folder, "extra-openai-models.yaml").write_text(told, encoding="utf-8")
        own = {"LLM_USER_PATH": folder, "LLM_LOAD_PLUGINS": "", "OPENAI_API_KEY": "none"}
        command = [sys.executable, "-m", "llm", "-m", "there"]
        failed = [name for name, words in ASKED.items() if run([*command, *words], own).returncode]
    return f"{len(ASKED) - len(failed)} of {len(ASKED)}{_listed(failed)}"


def langchained(url: str, model: str) -> str:
    own = {"ENDPOINT_URL": f"{url}/v1", "ENDPOINT_MODEL": model}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull]
    loops = ["-o", "asyncio_mode=auto", "-o", "asyncio_default_test_loop_scope=session"]
    done = run([*command, *loops, str(HERE / "endpoint_langchain.py")], own)
    return done.stdout.strip().rpartition("\n")[2].partition(" in ")[0]


def run(command: list[str], own: Mapping[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
    env = {**os.environ, **(own or {})}
    return subprocess.run(
        command, env=env, text=True, capture_output=True, check=False, stdin=subprocess.DEVNULL
    )


def _listed(failed: list[str]) -> str:
    return f" (not: {', '.join(failed)})" if failed else ""


def main() -> None:
    for down in (False, True):
        how = "first is down" if down else "well"
        with endpoint(down=down) as (url, vendor):
            told: dict[str, Any] = {}
            if importlib.util.find_spec("llm_comply"):
                told |= {f"llm-comply {form}": complied(url, form, model) for form, model in FORMATS.items()}
            if importlib.util.find_spec("llm"):
                told["llm"] = asked_llm(url)
            if importlib.util.find_spec("langchain_openai"):
                told["langchain-tests, ChatOpenAI"] = langchained(url, "test/m-b" if down else "test/m-a")
                told["langchain-tests, ChatOpenAI, direct"] = langchained(vendor, "auto")
            for name, what in told.items():
                print(f"{how:14} {name:36} {what}", flush=True)


if __name__ == "__main__":
    main()
