"""`interlock keys`: made, listed and revoked, in a file or a database, and no secret is shown twice."""

import asyncio
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from interlock import ConfigError
from interlock.cli.app import app
from interlock_server.keys import Keyring, digest_of, new_secret
from interlock_server.keys.editing import add_entry, remove_entry
from interlock_server.keys.written import keys_in

OURS = """\
# Who asks.
desk: # the help desk
  sha256: {one}
  models: [a]   # the cheap one

# Tests.
ci:
  sha256: {two}

  sees: true
# Theirs.
theirs: {{sha256: {three}}}
"""


def run(*arguments: str, code: int = 0, **environment: str) -> Result:
    result = CliRunner().invoke(app, ["keys", *arguments], env=environment)
    assert result.exit_code == code, result.output
    return result


def known(where: str, secret: str) -> Any:
    async def look() -> Any:
        keys = Keyring.open(where, None, {})
        await keys.start()
        try:
            return keys.principal(secret)
        finally:
            await keys.aclose()

    return asyncio.run(look())


@pytest.fixture(params=["file", "database"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return "keys.yaml" if request.param == "file" else f"sqlite:///{tmp_path}/keys.db"


RESTRICTED = (
    *("--name", "Support desk", "--model", "a", "--model", "b", "--task", "quantitative"),
    *("--constraint", "residency=eu,ch", "--constraint", "on_premise", "--limit", "month:usd=200"),
    *(
        "--limit",
        "minute:requests=60,tokens=1000",
        "--expires",
        "2099-12-31",
        "--sees",
        "--metadata",
        "team=x",
    ),
)


def test_a_key_is_made_listed_and_revoked(where: str) -> None:
    made = run("create", "desk", *RESTRICTED, "--store", where)
    secret = made.stdout.strip()
    assert secret.startswith("ilk_")
    assert "not shown again" in made.stderr
    found = known(where, secret)
    assert (found.id, found.name, found.models, found.sees) == ("desk", "Support desk", {"a", "b"}, True)
    assert (found.constraints.residency, found.constraints.on_premise) == ({"eu", "ch"}, True)
    assert [each.per for each in found.limits] == ["month", "minute"]
    listed = run("list", "--store", where)
    for said in ("desk", "valid", "a, b", "residency ch, eu; on_premise", "$200.00 a month", "2099-12-31"):
        assert said in listed.stdout
    (plain,) = json.loads(run("list", "--store", where, "--json").stdout)["keys"]
    assert plain["constraints"] == {"residency": ["ch", "eu"], "on_premise": True}
    assert plain["metadata"] == {"team": "x"}
    assert secret not in listed.stdout + str(plain)
    assert digest_of(secret) not in listed.stdout + str(plain)
    assert "desk is void" in run("revoke", "desk", "--store", where).stderr
    assert known(where, secret) is None
    again = run("revoke", "desk", "--store", where, code=1)
    assert "There is no valid key desk." in again.stderr


def test_a_key_may_be_made_for_programs_to_read(where: str) -> None:
    made = json.loads(run("create", "ci", "--store", where, "--json").stdout)
    assert made["sha256"] == digest_of(made["secret"])
    assert known(where, made["secret"]).id == "ci"
    assert json.loads(run("revoke", "ci", "--store", where, "--json").stdout) == {"id": "ci", "revoked": True}


def test_an_id_is_not_given_twice(where: str) -> None:
    secret = run("create", "ci", "--store", where).stdout.strip()
    assert "interlock keys revoke ci" in run("create", "ci", "--store", where, code=2).stderr
    assert known(where, secret).id == "ci"
    run("revoke", "ci", "--store", where)
    other = run("create", "ci", "--store", where).stdout.strip()
    assert known(where, other).id == "ci"
    assert known(where, secret) is None


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--constraint", "residncy=eu"), "constraints.residncy"),
        (("--constraint", "residency=atlantis"), "atlantis"),
        (("--limit", "month"), "expected such as month:usd=200"),
        (("--limit", "week:usd=1"), "one of minute, hour, day, month"),
        (("--limit", "day:usd=much"), "expected a number of usd"),
        (("--limit", "day:euros=2"), "no such field"),
        (("--expires", "soon"), "expires"),
        (("--metadata", "team"), "expected NAME=VALUE"),
        (("--metadata", "server.key=x"), "server's own"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_made(options: Any, words: str) -> None:
    assert words in run("create", "ci", *options, "--store", "keys.yaml", code=2).stderr
    assert not Path("keys.yaml").exists()


def test_the_configuration_says_where_keys_are(tmp_path: Path) -> None:
    within = tmp_path / "within"
    within.mkdir()
    config = within / "interlock.yaml"
    config.write_text("server: {keys: keys.yaml}\n")
    made = CliRunner().invoke(app, ["--config", str(config), "keys", "create", "ci"])
    assert made.exit_code == 0, made.output
    assert known(str(within / "keys.yaml"), made.stdout.strip()).id == "ci"
    wrong = CliRunner().invoke(app, ["--config", str(config), "keys", "create", "bot", "--task", "coding"])
    assert wrong.exit_code == 2
    assert "bot.tasks: 'coding' is no task" in wrong.stderr
    config.write_text("retries: {max: 1}\n")
    nowhere = CliRunner().invoke(app, ["--config", str(config), "keys", "create", "ci"])
    assert nowhere.exit_code == 2
    assert "--store keys.yaml" in nowhere.stderr


def test_the_environments_keys_are_listed_and_cannot_be_revoked_here() -> None:
    environment = {"INTERLOCK_KEYS": f"bot={new_secret()}"}
    run("create", "ci", "--store", "keys.yaml")
    listed = json.loads(run("list", "--store", "keys.yaml", "--json", **environment).stdout)["keys"]
    assert [(each["id"], each["kept"]) for each in listed] == [("bot", "INTERLOCK_KEYS"), ("ci", "keys.yaml")]
    gone = run("revoke", "bot", "--store", "keys.yaml", code=1, **environment)
    assert "It is in INTERLOCK_KEYS" in gone.stderr


def test_where_nobody_has_a_key_that_is_said(tmp_path: Path) -> None:
    assert "There is no key" in run("list", "--store", f"sqlite:///{tmp_path}/keys.db").stderr
    assert "no such file" in run("list", "--store", "keys.yaml", code=2).stderr


def test_tables_fit_a_narrow_terminal() -> None:
    run("create", "desk", *RESTRICTED, "--store", "keys.yaml")
    listed = run("list", "--store", "keys.yaml", COLUMNS="80")
    assert max(map(len, listed.stdout.splitlines())) <= 80
    assert "minute" in listed.stdout


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "keys.yaml"
    path.write_text(OURS.format(one="1a" * 32, two="2a" * 32, three="3a" * 32))
    path.chmod(0o640)
    return path


def ids(path: Path) -> list[str]:
    return [key.principal.id for key in keys_in(path.read_text(), "keys.yaml")]


def test_a_new_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "new.yaml"
    add_entry(path, "on", "4a" * 32, {"name": 'No: "quotes" – and a # sign', "models": ["yes", "null", "1"]})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    (key,) = keys_in(path.read_text(), "new.yaml")
    assert key.principal.id == "on"
    assert key.principal.name == 'No: "quotes" – and a # sign'
    assert key.principal.models == {"yes", "null", "1"}


def test_a_key_that_is_made_leaves_every_other_line_as_it_was(written: Path) -> None:
    before = written.read_text()
    add_entry(written, "new", "4a" * 32, {"models": ["b"]})
    assert written.read_text().startswith(before)
    assert ids(written) == ["desk", "ci", "theirs", "new"]
    assert stat.S_IMODE(written.stat().st_mode) == 0o640


@pytest.mark.parametrize("gone", ["desk", "ci", "theirs"])
def test_a_key_that_is_revoked_takes_its_own_lines_along(written: Path, gone: str) -> None:
    assert remove_entry(written, gone)
    assert ids(written) == [each for each in ("desk", "ci", "theirs") if each != gone]
    kept = written.read_text()
    for comment in ("# Who asks.", "# Tests.", "# Theirs."):
        assert comment in kept
    assert not remove_entry(written, gone)
    assert written.read_text() == kept


@pytest.mark.parametrize(
    "text",
    [
        "{ci: {sha256: %s}, desk: {sha256: %s}}\n",
        "ci: {sha256: %s,\n  sees: true,\nname: x}\ndesk: {sha256: %s}\n",
    ],
)
def test_a_file_that_is_not_written_line_by_line_is_left_alone(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keys.yaml"
    path.write_text(text % ("1a" * 32, "2a" * 32))
    before = path.read_text()
    with pytest.raises(ConfigError, match="by hand"):
        remove_entry(path, "ci")
    assert path.read_text() == before


def test_a_file_in_one_line_takes_no_further_key(tmp_path: Path) -> None:
    path = tmp_path / "keys.yaml"
    path.write_text("{ci: {sha256: %s}}\n" % ("1a" * 32))
    with pytest.raises(ConfigError, match="by hand"):
        add_entry(path, "new", "2a" * 32, {})
    assert ids(path) == ["ci"]
