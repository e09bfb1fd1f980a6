"""An upstream that reads requests, the bytes of the standard tests' public files, and no skipping."""

import os
import struct
import zlib
from collections.abc import Generator, Iterator
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from attentive import Attentive

CASSETTES = Path(__file__).parents[3] / "cassettes" / "langchain"
RECORD = os.environ.get("INTERLOCK_RECORD") == "1"


def _png() -> bytes:
    def part(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + part(b"IHDR", head)
        + part(b"IDAT", zlib.compress(b"\0\0"))
        + part(b"IEND", b"")
    )


_WAV = b"RIFF" + struct.pack("<I", 38) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8)
FILES = {
    ".png": _png(),
    ".pdf": b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n",
    ".wav": _WAV + b"data" + struct.pack("<I", 2) + b"\x80\x80",
}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """What is skipped, or expected to fail, looks green and proves nothing: here it fails."""
    report: Any = yield
    if report.skipped and Path(__file__).parent in item.path.parents:
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, or was expected to fail: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def attentive() -> Iterator[Attentive]:
    with Attentive() as upstream:
        yield upstream


@pytest.fixture
def upstream(attentive) -> Iterator[Attentive]:
    """The upstream, with nothing seen yet. A request that its vendor would refuse fails the test."""
    attentive.seen.clear()
    attentive.refused.clear()
    attentive.broken = 0
    attentive.answers = None
    yield attentive
    assert not attentive.refused, attentive.refused


@pytest.fixture(autouse=True)
def _suite_upstream(request):
    if not hasattr(request.cls, "fallback"):
        yield
        return
    upstream = request.cls.upstream = request.getfixturevalue("upstream")
    yield
    # Through a fallback, calls have met the deployment that answers 500, but for those inside a tool loop.
    assert bool(upstream.broken) == (request.cls.fallback and bool(upstream.seen))


@cache
def _installed(group: str) -> tuple[SimpleNamespace, ...]:
    """The installed plugins as `entry_points` finds them, each with its distribution's facts read once."""
    return tuple(
        SimpleNamespace(name=each.name, load=each.load, dist=SimpleNamespace(metadata=each.dist.metadata))
        for each in entry_points(group=group)
    )


@pytest.fixture(autouse=True)
def _plugins_found_once(monkeypatch):
    """Every test makes routers of its own, and looking through what is installed is most of that."""
    monkeypatch.setattr("interlock.plugins.host.entry_points", _installed)


@pytest.fixture(autouse=True)
def _public_files(monkeypatch):
    """The standard tests fetch an image, a PDF and a sound from the internet; these stand in for them."""

    def get(url: str, **_: object) -> httpx.Response:
        return httpx.Response(200, content=FILES[Path(url).suffix])

    monkeypatch.setattr(httpx, "get", get)
    monkeypatch.setenv("LANGCHAIN_TESTS_USER_AGENT", "tests")


@pytest.fixture
def benchmark(benchmark):
    """Tests measure no time: what would be measured is run once."""
    benchmark.disabled = True
    return benchmark


@pytest.fixture
def vcr_config():
    return {
        "record_mode": "once" if RECORD else "none",
        "match_on": ["method", "path", "body"],
        "allow_playback_repeats": True,
        "filter_headers": ["authorization", "x-api-key", "x-goog-api-key"],
        "decode_compressed_response": True,
    }


@pytest.fixture
def vcr_cassette_dir():
    return str(CASSETTES)


@pytest.fixture
def default_cassette_name(request):
    route = "fallback" if request.cls.fallback else "plain"
    return f"{request.cls.dialect}-{route}"
