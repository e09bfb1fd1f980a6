"""The hash by which caches tell routers apart."""

import os
import subprocess
import sys
from typing import Any

import pytest

from interlock import Router


def _digest(**changes: Any) -> str:
    glm = {"id": "glm", "model": "zhipu/glm-5.2", "provider": "zhipu", "region": "cn", "api_key": "one"}
    config = {"deployments": [{**glm, **changes.pop("deployment", {})}], **changes}
    return Router.from_config(config).digest


def test_a_new_key_keeps_the_digest() -> None:
    secretive = {
        "api_key": "two",
        "headers": {"authorization": "Bearer two"},
        "proxy": "http://a:b@127.0.0.1:1",
    }
    assert _digest() == _digest(deployment=secretive)


@pytest.mark.parametrize(
    "change",
    [
        {"routes": {"conversational": ["glm"]}},
        {"constraints": {"residency": ["cn"]}},
        {"deployment": {"region": "eu"}},
        {"deployment": {"name": "glm-5.2-air"}},
        {"deployment": {"extra_body": {"thinking": False}}},
    ],
    ids=["routes", "constraints", "region", "name", "extra_body"],
)
def test_what_may_change_an_answer_changes_the_digest(change: dict[str, Any]) -> None:
    assert _digest(**change) != _digest()


def test_every_process_works_out_the_same() -> None:
    config = {
        "constraints": {"residency": ["eu", "us", "cn"]},
        "deployments": [{"id": "a", "model": "openai/gpt-5.5", "provider": "openai", "api_key": "k"}],
    }
    code = f"from interlock import Router; print(Router.from_config({config!r}).digest)"
    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        ).stdout
        for seed in "12"
    }
    assert len(seen) == 1
