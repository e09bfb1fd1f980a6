"""Tokens for MCP servers over HTTP: got, shown, renewed and forgotten, with the SDK's own servers."""

import asyncio
import json
import os
import stat
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from oauth_world import PROGRAM, SECRET, World, browser

from interlock import AuthenticationError, ConfigError, Router, ToolCall
from interlock_mcp.signing_in import login, logout


@pytest.fixture
def world():
    with ExitStack() as stack:
        yield World(stack)


@pytest.fixture
def there(boxed, tmp_path):
    """Makes boxes with a server whose tokens come from an issuer."""

    def make(server: Any, issuer: Any, *, url: str = "", key: str | None = None, **oauth: Any) -> Any:
        entry = {
            "base_url": url or server.url,
            "issuer": {"url": issuer.url, "region": "local"},
            "options": {"oauth": {"tokens": str(tmp_path / "tokens"), **oauth}},
            **({} if key is None else {"api_key": key}),
        }
        return boxed(entry)

    return make


def files(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "tokens").glob("*.json"))


BOTH = pytest.mark.parametrize("old", [False, True], ids=["2026-07-28", "2025-11-25"])


@BOTH
def test_a_person_logs_in_and_the_servers_tools_run_until_the_person_logs_out(world, there, tmp_path, old):
    issuer = world.issuer()
    server = world.server(issuer, old=old, scopes=("notes:read",))
    box = there(server, issuer)
    assert box.toolbox.specs_sync() == ()
    assert "nobody is logged in to there: `interlock mcp login there`" in box.toolbox.excluded["there"]
    done = login(box.router, "there", browser, timeout=20)
    assert (done.resource, done.issuer, done.scope) == (server.url, issuer.url, "notes:read")
    assert [spec.name for spec in box.toolbox.specs_sync()] == ["add_note"]
    assert asyncio.run(box.run("add_note", text="buy ink")).content == "note 1: buy ink"
    (file,) = files(tmp_path)
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    # Another program of the same user has them, too.
    other = there(server, issuer)
    assert asyncio.run(other.run("add_note", text="and paper")).content == "note 2: and paper"
    assert logout(box.router, "there")
    assert not files(tmp_path)
    assert not issuer.desk.tokens
    assert not logout(box.router, "there")
    gone = asyncio.run(box.run("add_note", text="lost"))
    assert (gone.outcome, gone.reason) == ("refused", "not_sent")
    assert "nobody is logged in to there" in gone.content
    assert server.runs == ["buy ink", "and paper"]


def test_what_is_asked_for_is_bound_to_the_server_and_proved_by_a_verifier(world, there):
    issuer = world.issuer()
    server = world.server(issuer)
    box = there(server, issuer)
    login(box.router, "there", browser, timeout=20)
    (asked,), (exchanged,) = issuer.at("/authorize"), issuer.at("/token")
    resource = "resource=" + server.url.replace(":", "%3A").replace("/", "%2F")
    assert resource in asked
    assert resource in exchanged
    assert "code_challenge_method=S256" in asked
    assert "code_verifier=" in exchanged
    registered = json.loads(issuer.at("/register")[0].split("\n")[-1])
    assert registered["application_type"] == "native"
    assert registered["redirect_uris"][0].startswith("http://127.0.0.1:")


def test_a_client_that_was_registered_by_hand_or_has_a_document_is_not_registered(world, there):
    issuer = world.issuer()
    server = world.server(issuer)
    issuer.knows("ours", SECRET, "http://127.0.0.1:47113/callback")
    box = there(server, issuer, key=SECRET, client_id="ours", redirect_port=47113)
    login(box.router, "there", browser, timeout=20)
    document = "https://example.com/interlock.json"
    box = there(server, issuer, client_metadata=document, redirect_port=47113)
    with pytest.raises(AuthenticationError, match="reads no documents about clients"):
        login(box.router, "there", browser, timeout=20)
    issuer.metadata["client_id_metadata_document_supported"] = True
    issuer.knows(document, None, "http://127.0.0.1:47113/callback")
    box = there(server, issuer, client_metadata=document, redirect_port=47113)
    login(box.router, "there", browser, timeout=20)
    assert not issuer.at("/register")
    issuer.metadata["registration_endpoint"] = None
    box = there(server, issuer)
    with pytest.raises(AuthenticationError, match="registers no clients by itself"):
        login(box.router, "there", browser, timeout=20)


@BOTH
async def test_a_program_has_tokens_of_its_own_and_keeps_none(world, there, tmp_path, old):
    issuer = world.issuer()
    server = world.server(issuer, old=old)
    issuer.knows(PROGRAM, SECRET)
    box = there(server, issuer, key=f"{PROGRAM}:{SECRET}", grant="client_credentials", scope="notes:write")
    texts = [f"note {number}" for number in range(6)]
    outcomes = await asyncio.gather(*(box.run("add_note", text=text) for text in texts))
    assert {each.outcome for each in outcomes} == {"done"}
    assert len(issuer.at("/token")) == 1
    issuer.desk.tokens.clear()  # the server forgets it
    outcomes = await asyncio.gather(*(box.run("add_note", text=text) for text in texts))
    assert {each.outcome for each in outcomes} == {"done"}
    assert len(issuer.at("/token")) == 2
    assert sorted(server.runs) == sorted(texts * 2)
    assert not files(tmp_path)


async def test_a_wrong_secret_is_told_and_shown_to_nobody(world, there):
    issuer = world.issuer()
    server = world.server(issuer)
    issuer.knows(PROGRAM, "another-" + SECRET)
    box = there(server, issuer, key=f"{PROGRAM}:{SECRET}", grant="client_credentials")
    assert await box.names() == []
    said = box.toolbox.excluded["there"]
    assert "wrong secret" in said
    assert SECRET not in said


def test_tokens_that_are_over_are_renewed_once_for_all_loops_threads_and_processes(world, there, tmp_path):
    issuer = world.issuer()
    server = world.server(issuer)
    box = there(server, issuer)
    login(box.router, "there", browser, timeout=20)
    issuer.desk.tokens.clear()
    before = len(issuer.at("/token"))
    config = tmp_path / "interlock.json"
    entry = {
        "id": "there",
        "connector": "mcp",
        "region": "local",
        "base_url": server.url,
        "issuer": {"url": issuer.url, "region": "local"},
        "options": {"oauth": {"tokens": str(tmp_path / "tokens")}},
    }
    config.write_text(json.dumps({"connectors": [entry]}))
    code = (
        "import sys; from interlock import Router, ToolCall\n"
        f"router = Router.from_config({str(config)!r})\n"
        "call = ToolCall(id='c', name='add_note', arguments={'text': sys.argv[1]})\n"
        "box = router.toolbox(); asked = box.asking_sync(call)\n"
        "print(box.run_sync(call, grant=asked.grant(approver='Ada')).outcome)\n"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", code, f"p{number}"], stdout=subprocess.PIPE, text=True)
        for number in range(2)
    ]
    outcomes: list[Any] = []

    def run(number: int) -> None:
        outcomes.append(asyncio.run(box.run("add_note", text=f"t{number}")).outcome)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    said = [process.communicate(timeout=60)[0].strip() for process in processes]
    assert outcomes == ["done"] * 4
    assert said == ["done"] * 2
    assert len(issuer.at("/token")) - before == 1
    assert issuer.desk.reused == 0


def test_a_refresh_token_that_is_over_asks_for_a_person_and_keeps_the_client(world, there, tmp_path):
    issuer = world.issuer()
    server = world.server(issuer)
    box = there(server, issuer)
    login(box.router, "there", browser, timeout=20)
    issuer.desk.tokens.clear()
    issuer.desk.refreshing.clear()
    assert box.toolbox.specs_sync() == ()
    assert "nobody is logged in" in box.toolbox.excluded["there"]
    (file,) = files(tmp_path)
    assert "refresh_token" not in file.read_text()
    login(box.router, "there", browser, timeout=20)
    assert asyncio.run(box.run("add_note", text="!")).outcome == "done"


def test_tokens_are_renewed_before_they_are_over(world, there):
    issuer = world.issuer()
    issuer.desk.lasting = 0
    server = world.server(issuer)
    box = there(server, issuer)
    login(box.router, "there", browser, timeout=20)
    issuer.desk.lasting = 3600
    assert asyncio.run(box.run("add_note", text="on time")).outcome == "done"
    assert len(issuer.at("/token")) == 2
    assert not [each for each in server.at("/mcp") if "401" in each]


def test_a_run_that_is_over_while_its_token_is_renewed_loses_no_token(world, there):
    issuer = world.issuer()
    server = world.server(issuer)
    box = there(server, issuer)
    login(box.router, "there", browser, timeout=20)
    box.toolbox.specs_sync()
    issuer.desk.tokens.clear()
    inner, asked, may = issuer.app, threading.Event(), threading.Event()

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/token":
            asked.set()
            await asyncio.to_thread(may.wait, 20)
        await inner(scope, receive, send)

    issuer.app = slow
    call = ToolCall(id="c", name="add_note", arguments={"text": "late"})
    late = box.toolbox.run_sync(call, timeout=1.0)
    assert asked.is_set()
    assert (late.outcome, late.reason) == ("refused", "not_sent")
    may.set()
    issuer.app = inner
    assert box.toolbox.run_sync(call).outcome == "done"
    assert (len(issuer.at("/token")), issuer.desk.reused) == (2, 0)
    assert server.runs == ["late"]


def test_two_servers_at_once_are_each_shown_their_own_token(world, tmp_path):
    issuers = [world.issuer(), world.issuer()]
    servers = [world.server(each) for each in issuers]
    entries = [
        {
            "id": name,
            "connector": "mcp",
            "region": "local",
            "base_url": server.url,
            "issuer": {"url": issuer.url, "region": "local"},
            "options": {"prefix": True, "oauth": {"tokens": str(tmp_path / "tokens")}},
        }
        for name, server, issuer in zip(("one", "two"), servers, issuers, strict=True)
    ]
    with Router.from_config({"connectors": entries}) as router:
        for name in ("one", "two"):
            login(router, name, browser, timeout=20)
        names = [spec.name for spec in router.toolbox().specs_sync()]
    assert names == ["one__add_note", "two__add_note"]
    for here, other in ((0, 1), (1, 0)):
        heard = "\n".join([*servers[here].requests, *issuers[here].requests])
        assert any(token in heard for token in issuers[here].desk.given)
        assert not any(token in heard for token in issuers[other].desk.given)


def test_a_token_stays_with_its_server_when_the_configuration_leads_elsewhere(world, there):
    issuer = world.issuer()
    server, other = world.server(issuer), world.server(issuer)
    login(there(server, issuer).router, "there", browser, timeout=20)
    moved = there(server, issuer, url=other.url)
    assert moved.toolbox.specs_sync() == ()
    assert "nobody is logged in" in moved.toolbox.excluded["there"]
    heard = "\n".join(other.requests)
    assert not any(token in heard for token in issuer.desk.given)
    elsewhere = world.issuer()
    strange = there(server, elsewhere)
    assert strange.toolbox.specs_sync() == ()
    assert (
        f"its tokens come from {issuer.url}, and not from {elsewhere.url}"
        in strange.toolbox.excluded["there"]
    )
    assert not any(token in "\n".join(elsewhere.requests) for token in issuer.desk.given)


def test_a_server_whose_issuer_nobody_names_says_which_line_to_write(world, boxed):
    issuer = world.issuer()
    server = world.server(issuer)
    box = boxed({"base_url": server.url})
    assert box.toolbox.specs_sync() == ()
    assert f'issuer: {{url: "{issuer.url}", region: …}}' in box.toolbox.excluded["there"]
    assert not issuer.requests


def test_too_narrow_a_token_names_the_scope_that_it_takes_and_nothing_goes_round(world, there):
    issuer = world.issuer()
    server = world.server(issuer, scopes=("notes:read", "notes:write"))
    box = there(server, issuer, scope="notes:read")
    login(box.router, "there", browser, timeout=20)
    count = len(server.requests)
    assert box.toolbox.specs_sync() == ()
    said = box.toolbox.excluded["there"]
    assert "it takes" in said
    assert "interlock mcp login there" in said
    assert len(server.requests) - count <= 2
    login(box.router, "there", browser, scope="notes:write", timeout=20)
    assert asyncio.run(box.run("add_note", text="wider")).outcome == "done"


def test_nobody_who_comes_back_is_waited_for_until_the_time_is_over(world, there):
    issuer = world.issuer()
    server = world.server(issuer)
    box = there(server, issuer)
    seen: list[str] = []
    with pytest.raises(AuthenticationError, match=r"nobody came back from .* within 0\.2 s"):
        login(box.router, "there", seen.append, timeout=0.2)
    assert seen[0].startswith(f"{issuer.url}/authorize?")


def test_a_program_is_not_logged_in_and_what_has_no_issuer_neither(world, there, boxed):
    issuer = world.issuer()
    server = world.server(issuer)
    box = there(server, issuer, key=f"{PROGRAM}:{SECRET}", grant="client_credentials")
    with pytest.raises(ConfigError, match="its grant is client_credentials"):
        login(box.router, "there", browser)
    with pytest.raises(ConfigError, match="is no connector of the kind mcp with an issuer"):
        login(boxed({"base_url": server.url}).router, "there", browser)
    with pytest.raises(ConfigError, match="is no connector"):
        logout(box.router, "nobody")


@pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX's")
def test_a_file_that_others_may_read_or_that_was_changed_is_not_believed(world, there, tmp_path):
    issuer = world.issuer()
    server = world.server(issuer)
    box = there(server, issuer)
    login(box.router, "there", browser, timeout=20)
    (file,) = files(tmp_path)
    whole = file.read_text()
    for text, mode, why in (
        (whole, 0o640, "others than its owner may read it"),
        (whole.replace(server.url, "http://127.0.0.1:1/mcp"), 0o600, "it is damaged"),
        (whole.replace(issuer.url, "http://127.0.0.1:1"), 0o600, "it is damaged"),
        ("[]", 0o600, "it is damaged"),
        ("{" * 9_000, 0o600, "it is damaged"),
    ):
        file.write_text(text)
        file.chmod(mode)
        other = there(server, issuer)
        assert other.toolbox.specs_sync() == ()
        assert why in other.toolbox.excluded["there"]
        assert not any(token in other.toolbox.excluded["there"] for token in issuer.desk.given)
