"""Files that are written whole, by one at a time, and what is known of those that were read."""

import asyncio
import stat
from pathlib import Path

import pytest

from interlock import Router
from interlock.types.files import noted_reads, read_regular, stamp_of, write_whole


def test_a_file_is_there_whole_with_its_mode_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    write_whole(path, b"one", mode=0o600)
    write_whole(path, b"two", mode=0o600)
    assert path.read_bytes() == b"two"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["tokens.json"]


def test_what_was_there_stays_where_nothing_can_take_its_place(tmp_path: Path) -> None:
    path = tmp_path / "folder"
    (path / "kept").mkdir(parents=True)
    with pytest.raises(OSError, match="directory"):
        write_whole(path, b"one")
    assert [each.name for each in tmp_path.iterdir()] == ["folder"], "and nothing is left beside it"
    assert (path / "kept").is_dir()


def test_every_file_that_a_router_is_made_of_is_noted(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("sk-1")
    (tmp_path / "eu.yaml").write_text("version: 1\nrules: []\n")
    (tmp_path / "learned.yaml").write_text("bad")
    config = tmp_path / "interlock.yaml"
    config.write_text(
        "deployments: [{id: a, model: openai/gpt-5.5, provider: openai, api_key: 'file:key'}]\n"
        "learned_routes: learned.yaml\n"
    )
    with noted_reads() as noted, pytest.raises(Exception, match=r"learned\.yaml"):
        Router.from_config(config)
    assert next(iter(noted)) == config
    assert set(noted) == {config, tmp_path / "key", tmp_path / "learned.yaml"}


def test_what_is_read_elsewhere_is_not_noted_and_what_is_not_there_is(tmp_path: Path) -> None:
    async def beside() -> None:
        await asyncio.to_thread(read_regular, tmp_path / "one", 1)

    (tmp_path / "one").write_text("1")
    read_regular(tmp_path / "one", 1)
    with noted_reads() as noted, noted_reads() as within:
        with pytest.raises(FileNotFoundError):
            read_regular(tmp_path / "two", 1)
        asyncio.run(beside())
    assert noted == {}
    assert within == {tmp_path / "two": None, tmp_path / "one": stamp_of(tmp_path / "one")}
    (tmp_path / "one").write_text("12")
    assert within[tmp_path / "one"] != stamp_of(tmp_path / "one")
