"""Files that are written whole, by one at a time."""

import stat
from pathlib import Path

import pytest

from interlock.types.files import write_whole


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
