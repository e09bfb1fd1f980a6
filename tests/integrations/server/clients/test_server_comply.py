"""The endpoint's dialects by `llm-comply`, which others wrote from the vendors' documents."""

import json
import subprocess
import sys
from contextlib import ExitStack

import pytest

from attentive import Attentive
from interlock.testing import Reply, Upstream
from server_stage import stage

COMMAND = [sys.executable, "-c", "from llm_comply.cli import main; main()", "run"]
# How many tests each has, and a model that it takes for one that thinks.
FORMS = {
    "openai-chat": (9, "gpt-5"),
    "open-responses": (13, "gpt-5"),
    "anthropic": (9, "claude-opus-4-8"),
}


@pytest.mark.parametrize("down", [False, True], ids=["well", "first is down"])
@pytest.mark.parametrize("form", FORMS)
def test_every_test_of_the_dialect_passes(form: str, down: bool) -> None:
    many, model = FORMS[form]
    with ExitStack() as stack:
        vendors: list[Upstream] = [Attentive()]
        if down:
            vendors.insert(0, Upstream(always=Reply.json({"error": {"message": "down"}}, status=503)))
        for each in vendors:
            stack.enter_context(each)
        aliases = {model: "agentic_tool_use"}
        client = stack.enter_context(stage(*vendors, retries={"max": 0}, server={"aliases": aliases}))
        where = ["-u", f"{client.url}/v1", "-k", "none", "-m", model, "--format", form, "--json"]
        done = subprocess.run([*COMMAND, *where], capture_output=True, text=True, timeout=120, check=False)
    told = {each["id"]: each["status"] for each in json.loads(done.stdout)["results"]}
    assert {id_: status for id_, status in told.items() if status != "passed"} == {}
    assert len(told) == many
