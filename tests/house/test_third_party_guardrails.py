"""The guardrails of docs/write-a-plugin.md: shown as their author writes them, and they keep the rules."""

import importlib
from pathlib import Path
from typing import Any

import pytest

from interlock import ApprovalNeeded, GuardrailError, Message, ToolCall, ToolResult
from interlock.testing import scripted_providers, scripted_router
from interlock.testing.running import run_rules

ROOT = Path(__file__).parents[2]
ACCOUNTS = ROOT / "tests" / "third_party" / "accounts"
PAGE = (ROOT / "docs" / "write-a-plugin.md").read_text("utf-8")


@pytest.fixture(autouse=True)
def found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ACCOUNTS)


@pytest.mark.parametrize("name", ["interlock_accounts.py", "test_accounts.py"])
def test_the_page_shows_them(name: str) -> None:
    assert f"```python\n{(ACCOUNTS / name).read_text('utf-8')}```\n" in PAGE


@pytest.mark.parametrize("kit", ["TestAccounts", "TestOrders"])
def test_they_keep_the_rules(kit: str) -> None:
    findings = run_rules(getattr(importlib.import_module("test_accounts"), kit)())
    assert not [finding for finding in findings if finding.result == "failed"]
    passed = {finding.rule for finding in findings if finding.result == "passed"}
    assert {"rewrites only what it was shown", "survives hostile text"} <= passed


@pytest.mark.parametrize(
    ("judged", "error"), [("no", None), ("Yes.", GuardrailError), ("Let me think", ApprovalNeeded)]
)
def test_they_work_together(judged: str, error: Any) -> None:
    conversation = [
        Message("user", "What is in ACC-123456?"),
        Message("assistant", (ToolCall(id="c1", name="look", arguments={"at": "ACC-123456"}),)),
        Message("tool", (ToolResult(id="c1", content="ACC-123456 holds 3 euros"),)),
    ]
    script = [judged] if error else [judged, "<ACCOUNT_1> holds 3."]
    router = scripted_router({"a": script}, plugins=[importlib.import_module("interlock_accounts")])
    if error is None:
        with router.stream_sync(conversation) as stream:
            assert "".join(chunk.text for chunk in stream) == "ACC-123456 holds 3."
    else:
        with pytest.raises(error):
            router.complete_sync(conversation)
    (provider,) = scripted_providers(router)
    assert "ACC-" not in repr([call.request for call in provider.calls])
    assert "<ACCOUNT_1> holds 3 euros" in provider.calls[0].request.messages[0].text
    router.close_sync()
