"""What tests of worlds share."""

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="module")
def nobody_pulls_the_plug() -> Iterator[None]:
    """Waiting for the disk after each of thousands of writes would be most of the time that they take."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.fsync", lambda _: None)
        yield
