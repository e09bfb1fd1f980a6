"""Plugins that are installed for the length of a test."""

import sys
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import pytest

BROKEN = Path(__file__).parents[1] / "third_party" / "broken"
Publish = Callable[..., None]


@pytest.fixture
def publish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Publish]:
    """Installs a module as a distribution `interlock-<name>`, as a wheel's installer leaves it."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(site)
    published = []

    def install(name: str, source: str | None = None, entry: str = "", *, metadata: bool = True) -> None:
        code = (BROKEN / f"{name}.py").read_text("utf-8") if source is None else source
        (site / f"{name}.py").write_text(code, encoding="utf-8")
        info = site / f"interlock_{name}-0.3.dist-info"
        info.mkdir()
        (info / "entry_points.txt").write_text(f"[interlock]\n{name} = {entry or name}\n", encoding="utf-8")
        if metadata:
            (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: interlock-{name}\nVersion: 0.3\n")
        published.append(name)

    yield install
    for name in published:
        sys.modules.pop(name, None)


@pytest.fixture
def without_panels(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which interlock-panels is not installed."""

    def installed(*, group: str) -> list[EntryPoint]:
        return [each for each in entry_points(group=group) if each.dist.name != "interlock-panels"]

    monkeypatch.setattr("interlock.plugins.host.entry_points", installed)
