"""Keys as clients meet them: who comes in, who is told what, and that no secret is."""

import logging
from pathlib import Path
from typing import Any

import pytest

from interlock import ConfigError
from interlock.testing import Reply, Upstream
from interlock_server.keys import digest_of, new_secret
from server_stage import Answer, Client, either, opened, stage

SECRETS = {id_: new_secret() for id_ in ("all", "narrow", "tasks", "strict", "old")}
KEYS = f"""\
all: {{sha256: {digest_of(SECRETS["all"])}}}
narrow:
  sha256: {digest_of(SECRETS["narrow"])}
  models: [test/m-b]
  metadata: {{team: desk}}
tasks:
  sha256: {digest_of(SECRETS["tasks"])}
  tasks: [quantitative]
strict:
  sha256: {digest_of(SECRETS["strict"])}
  constraints: {{residency: us}}
old:
  sha256: {digest_of(SECRETS["old"])}
  expires: 2020-01-01
"""


@pytest.fixture
def keys(tmp_path: Path) -> dict[str, Any]:
    """The part of a configuration that names the file."""
    (tmp_path / "keys.yaml").write_text(KEYS)
    return {"server": {"keys": str(tmp_path / "keys.yaml")}}


def chat(client: Client, whose: str | None, text: str = "Hello.", **fields: Any) -> Answer:
    client.headers = {} if whose is None else {"Authorization": f"Bearer {SECRETS.get(whose, whose)}"}
    return client.chat(text, **fields)


def test_a_key_is_served_and_nobody_else(keys: Any) -> None:
    with Upstream() as vendor, stage(vendor, **keys) as client:
        vendor.always = either()
        assert chat(client, "all").status == 200
        for stranger in (None, new_secret(), "old", digest_of(SECRETS["all"]), SECRETS["all"][:-1]):
            answer = chat(client, stranger)
            assert (answer.status, answer.json()["error"]["code"]) == (401, "invalid_api_key")
        client.headers = {"x-api-key": SECRETS["all"]}
        assert client.chat().status == 200
        client.headers |= {"Authorization": f"Bearer {SECRETS['narrow']}"}
        assert client.chat().status == 401


def test_a_key_is_answered_by_what_it_may_have_alone(keys: Any) -> None:
    with Upstream() as one, Upstream() as two, stage(one, two, **keys) as client:
        for vendor in (one, two):
            vendor.always = either()
        for stream in (False, True):
            assert chat(client, "narrow", stream=stream).status == 200
        assert (len(one.requests), len(two.requests)) == (0, 2)
        two.always = Reply.json({"error": {"message": "down"}}, status=500)
        assert chat(client, "narrow").status == 502
        assert not one.requests
        assert chat(client, "all").headers["x-interlock-deployment"] == "a"


def test_a_key_is_told_what_it_may_not_do(keys: Any) -> None:
    with Upstream() as vendor, stage(vendor, **keys) as client:
        answer = chat(client, "tasks", "Hello there, how are you today?")
        assert answer.status == 403
        assert answer.json()["error"]["code"] == "no_deployment"
        assert chat(client, "strict").status == 403
        assert not vendor.requests


def test_a_body_cannot_say_whose_it_is(keys: Any) -> None:
    with Upstream() as vendor, stage(vendor, **keys) as client:
        answer = chat(client, "narrow", metadata={"server.key": "all"})
        assert answer.status == 400
        assert not vendor.requests


def test_a_database_that_is_down_is_no_401(database: str) -> None:
    down = database.replace("127.0.0.1:", "127.0.0.2:")  # where nothing listens
    with Upstream() as vendor, stage(vendor, server={"keys": down}) as client:
        answer = chat(client, "all")
        assert (answer.status, answer.json()["error"]["code"]) == (503, "store_unavailable")
        assert "127.0.0.2" not in answer.text
        assert client.get("/healthz").status == 200
        assert not vendor.requests


def test_no_secret_is_logged_or_told(keys: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    answers: list[Answer] = []
    with Upstream() as vendor, stage(vendor, **keys) as client:
        vendor.always = either()
        for whose in (*SECRETS, new_secret()):
            answers.append(chat(client, whose))
            answers.append(chat(client, whose, model="nobody/knows"))
    said = caplog.text + "".join(f"{each.headers}{each.text}" for each in answers)
    for secret in SECRETS.values():
        assert secret not in said
        assert digest_of(secret) not in said


def test_a_key_for_a_task_that_is_none_keeps_the_server_from_beginning(tmp_path: Path) -> None:
    file = tmp_path / "keys.yaml"
    file.write_text(f"ci: {{sha256: {digest_of(new_secret())}, tasks: [coding]}}\n")
    with Upstream() as vendor, pytest.raises(ConfigError, match=r"ci\.tasks: 'coding' is no task"):
        opened(vendor, server={"keys": str(file)})
