"""Where an entry cannot be committed, not a byte leaves, and nobody is blamed for it."""

import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from interlock import LogUnavailable, Router
from interlock.testing import Reply, Upstream
from interlock.types.logs import LogCall
from interlock_audit.keys import SigningKey, public_key
from interlock_audit.verifying.reading import checkpoints_in, verify_database
from interlock_sql import address_of

CHOICE = {"index": 0, "message": {"role": "assistant", "content": "Quick."}, "finish_reason": "stop"}
USAGE = {"prompt_tokens": 10, "completion_tokens": 2}
PLAIN = Reply.json({"id": "1", "model": "m", "choices": [CHOICE], "usage": USAGE})


def routed(upstream: Upstream, folder: Path) -> Router:
    SigningKey.new().write(folder / "audit.key")
    parts = [
        {"id": name, "model": model, "provider": "openai-compatible", "region": "us", "name": name}
        | {"base_url": f"{upstream.url}/v1"}
        for name, model in (("a", "openai/gpt-5.5"), ("b", "zhipu/glm-5.2"))
    ]
    options = {"key": f"file:{folder}/audit.key", "checkpoints": [f"{folder}/c.jsonl"]}
    log = {"url": f"audit+sqlite:///{folder}/audit.db", "options": options, "timeout": 1}
    return Router.from_config({"deployments": parts, "log": log, "retries": {"max": 0}})


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("audit.db*"))


@contextmanager
def removed(folder: Path) -> Iterator[None]:
    for path in files(folder):
        path.unlink()
    yield


@contextmanager
def moved_away(folder: Path) -> Iterator[None]:
    for path in files(folder):
        path.rename(folder / f"old-{path.name}")
    yield


@contextmanager
def put_back_from_a_backup(folder: Path) -> Iterator[None]:
    with (
        closing(sqlite3.connect(folder / "backup.db")) as copy,
        closing(sqlite3.connect(folder / "audit.db")) as database,
    ):
        database.backup(copy)
    for path in files(folder):
        path.unlink()
    (folder / "backup.db").rename(folder / "audit.db")
    yield


@contextmanager
def a_full_disk(folder: Path) -> Iterator[None]:
    """No file grows beyond what the journal has already."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def somebody_who_writes(folder: Path) -> Iterator[None]:
    with closing(sqlite3.connect(folder / "audit.db", isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def a_trigger_that_refuses(folder: Path) -> Iterator[None]:
    with closing(sqlite3.connect(folder / "audit.db", isolation_level=None)) as database:
        database.execute("CREATE TRIGGER no BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END")
        yield
        database.execute("DROP TRIGGER no")


@contextmanager
def a_trigger_that_swallows(folder: Path) -> Iterator[None]:
    with closing(sqlite3.connect(folder / "audit.db", isolation_level=None)) as database:
        database.execute("CREATE TRIGGER no BEFORE INSERT ON audit BEGIN SELECT RAISE(IGNORE); END")
        yield
        database.execute("DROP TRIGGER no")


MOVES = [removed, moved_away, put_back_from_a_backup]
HARMS = [
    a_full_disk,
    somebody_who_writes,
    a_trigger_that_refuses,
    a_trigger_that_swallows,
]


@pytest.mark.parametrize("harm", HARMS, ids=lambda each: each.__name__)
def test_nothing_leaves_and_nobody_is_blamed_and_afterwards_it_goes_on(
    tmp_path: Path, harm: Callable[[Path], Iterator[None]]
) -> None:
    with Upstream(always=PLAIN) as upstream, routed(upstream, tmp_path) as router:
        router.complete_sync("Hello.", task="conversational")
        sent = len(upstream.requests)
        with harm(tmp_path):
            with pytest.raises(LogUnavailable):
                router.complete_sync("Hello again.", task="conversational")
            assert len(upstream.requests) == sent
            assert not any(each.failures for each in router.wiring.health.snapshot())
        router.complete_sync("Hello at last.", task="conversational")
        assert len(upstream.requests) == sent + 1


@pytest.mark.parametrize("harm", MOVES, ids=lambda each: each.__name__)
def test_a_file_that_is_no_longer_where_it_was_takes_no_entry_along(
    tmp_path: Path, harm: Callable[[Path], Iterator[None]]
) -> None:
    with Upstream(always=PLAIN) as upstream, routed(upstream, tmp_path) as router:
        router.complete_sync("Hello.", task="conversational")
        with harm(tmp_path):
            router.complete_sync("Hello again.", task="conversational", run="later")
        found = "SELECT kind FROM audit_entries WHERE run = 'later'"
        with closing(sqlite3.connect(tmp_path / "audit.db")) as database:
            kinds = [kind for (kind,) in database.execute(found)]
    assert {"decision", "attempt", "answer"} <= set(kinds)
    key = public_key((tmp_path / "audit.key.pub").read_text())
    address = address_of(LogCall(url=f"sqlite:///{tmp_path}/audit.db"))
    report = verify_database(address, sources=[checkpoints_in(tmp_path / "c.jsonl")], keys=[key])
    # What was put back at once lacks nothing.
    lacks = harm is not put_back_from_a_backup
    assert ("foreign" in {finding.kind for finding in report.findings}) == lacks
