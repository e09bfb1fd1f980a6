"""Versions of learned routes: each is kept, and each step has a way back."""

import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock import ConfigError
from interlock.config.route_versions import RouteVersions


def versions(folder: Path) -> RouteVersions:
    ticks = count(1)
    return RouteVersions(folder / "routes.yaml", clock=lambda: float(next(ticks)))


def test_what_was_in_use_is_kept_and_comes_back(tmp_path: Path) -> None:
    kept = versions(tmp_path)
    first = kept.apply("one", by="ada")
    second = kept.apply("two", by="bo")
    assert (first.before, second.before) == ("", first.version)
    back = kept.rollback(by="cy")
    assert (back.action, back.version, back.before, back.by) == (
        "rolled_back",
        first.version,
        second.version,
        "cy",
    )
    assert kept.path.read_text() == "one"
    assert kept.place(second.version).read_text() == "two", "what is undone is kept as well"
    assert [each.action for each in kept.history()] == ["applied", "applied", "rolled_back"]
    with pytest.raises(ConfigError, match="no earlier version"):
        kept.rollback(by="cy")


def test_what_somebody_wrote_by_hand_is_not_lost(tmp_path: Path) -> None:
    kept = versions(tmp_path)
    kept.path.write_text("by hand")
    kept.apply("learned", by="ada")
    assert [each.action for each in kept.history()] == ["found", "applied"]
    kept.path.write_text("by hand again")
    assert kept.place(kept.earlier()).read_text() == "learned"
    kept.rollback(by="ada")
    assert kept.path.read_text() == "learned"
    kept.rollback(by="ada")
    assert kept.path.read_text() == "by hand"


def test_what_is_in_use_already_is_no_change(tmp_path: Path) -> None:
    kept = versions(tmp_path)
    kept.apply("one", by="ada")
    with pytest.raises(ConfigError, match="exactly that already"):
        kept.apply("one", by="ada")


def test_nothing_changes_where_it_cannot_be_told_first(tmp_path: Path) -> None:
    kept = versions(tmp_path)
    kept.apply("one", by="ada")

    def full(_: object) -> None:
        raise RuntimeError("the log is full")

    with pytest.raises(RuntimeError, match="the log is full"):
        kept.apply("two", by="ada", first=full)
    assert kept.path.read_text() == "one"
    assert len(kept.history()) == 1


def test_a_kept_version_that_was_changed_is_not_taken_back(tmp_path: Path) -> None:
    kept = versions(tmp_path)
    first = kept.apply("one", by="ada")
    kept.apply("two", by="ada")
    kept.place(first.version).write_text("something else")
    with pytest.raises(ConfigError, match="not what it was when it was in use"):
        kept.rollback(by="ada")
    assert kept.path.read_text() == "two"


@pytest.mark.parametrize("damage", ["{", "[]", '{"at": 1}', "\x00"])
def test_a_damaged_history_is_said(tmp_path: Path, damage: str) -> None:
    kept = versions(tmp_path)
    kept.apply("one", by="ada")
    (kept.folder / "history.jsonl").write_text(damage)
    with pytest.raises(ConfigError, match="is damaged"):
        kept.apply("two", by="ada")
    assert kept.path.read_text() == "one"


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "routes.yaml.versions").write_text("in the way")
    kept = versions(tmp_path)
    with pytest.raises(ConfigError, match=r"routes\.yaml\.versions"):
        kept.apply("one", by="ada")
    assert not kept.path.exists()


@given(st.lists(st.sampled_from(["apply", "edit", "rollback"]), max_size=12))
def test_each_step_back_undoes_one_step_forward(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str]
) -> None:
    kept = versions(tmp_path_factory.mktemp("routes"))
    stack: list[str] = []
    for number, step in enumerate(steps):
        text = f"text {number}"
        if step == "rollback":
            if len(stack) < 2:
                with pytest.raises(ConfigError):
                    kept.rollback(by="ada")
            else:
                stack.pop()
                kept.rollback(by="ada")
        elif step == "apply":
            kept.apply(text, by="ada")
            stack.append(text)
        else:
            kept.path.write_text(text)
            stack.append(text)
            with pytest.raises(ConfigError):  # it is looked at, and known from then on
                kept.apply(text, by="ada")
        if stack:
            assert kept.path.read_text() == stack[-1]


_MANY = """
import sys
from pathlib import Path
from interlock.config.route_versions import RouteVersions
for number in range(10):
    RouteVersions(Path(sys.argv[1])).apply(f"{sys.argv[2]} {number}", by=sys.argv[2])
"""


def test_processes_that_switch_at_once_lose_nothing(tmp_path: Path) -> None:
    kept = versions(tmp_path)
    workers = [
        subprocess.Popen([sys.executable, "-c", _MANY, str(kept.path), name]) for name in ("ada", "bo")
    ]
    assert [worker.wait() for worker in workers] == [0, 0]
    history = kept.history()
    assert len(history) == 20
    assert [each.before for each in history[1:]] == [each.version for each in history[:-1]]
