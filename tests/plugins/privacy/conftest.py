from collections.abc import Iterator

import pytest

from echo_vendor import last, reply
from interlock.testing import Upstream


@pytest.fixture
def echo() -> Iterator[Upstream]:
    """Says what it was told last."""
    with Upstream(always=lambda received: reply(received, last(received))) as upstream:
        yield upstream
