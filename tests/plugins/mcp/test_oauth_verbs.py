"""`interlock mcp login` and `logout`, as a person types them."""

import json
import os
import subprocess
import sys
from contextlib import ExitStack

import pytest
from oauth_world import World
from typer.testing import CliRunner

from interlock_mcp.commands import app

VISIT = "import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=20).read()"


@pytest.fixture
def world():
    with ExitStack() as stack:
        yield World(stack)


@pytest.fixture
def configured(world, tmp_path, monkeypatch):
    """A configuration in this folder, with one server, and a user whose state is kept in another."""
    issuer = world.issuer()
    server = world.server(issuer, scopes=("notes:read",))
    issuer_of = {"url": issuer.url, "region": "local"}
    entry = {
        "id": "notes",
        "connector": "mcp",
        "region": "local",
        "base_url": server.url,
        "issuer": issuer_of,
    }
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "interlock.yaml").write_text(json.dumps({"connectors": [entry]}))
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return issuer, server


@pytest.mark.skipif(os.name != "posix", reason="browsers are started otherwise")
def test_a_person_logs_in_by_a_browser_and_out_again(configured, tmp_path):
    issuer, _ = configured
    environ = {**os.environ, "BROWSER": f"{sys.executable} -c '{VISIT}' %s"}

    def verb(*words: str) -> subprocess.CompletedProcess[str]:
        command = [
            sys.executable,
            "-c",
            "import sys, interlock_start; sys.exit(interlock_start.main())",
            "mcp",
            *words,
        ]
        return subprocess.run(command, check=False, capture_output=True, text=True, timeout=120, env=environ)

    done = verb("login", "notes", "--json", "--timeout", "60")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["connector"], told["issuer"], told["scope"]) == ("notes", issuer.url, "notes:read")
    assert told["renewable"] is True
    assert f"Log in at {issuer.url}/authorize?" in done.stderr
    assert len(list((tmp_path / "state" / "interlock" / "mcp").glob("*.json"))) == 1
    said = done.stdout + done.stderr
    assert not any(secret in said for secret in issuer.desk.given)


def test_who_does_not_come_back_and_who_was_never_there_is_told_so(configured):
    waited = CliRunner().invoke(app, ["login", "notes", "--no-browser", "--timeout", "1"])
    assert waited.exit_code != 0
    assert "nobody came back" in str(waited.exception)
    out = CliRunner().invoke(app, ["logout", "notes", "--json"])
    assert (out.exit_code, json.loads(out.stdout)["logged_out"]) == (0, False)
    strange = CliRunner().invoke(app, ["logout", "nobody"])
    assert "is no connector of the kind mcp" in str(strange.exception)
