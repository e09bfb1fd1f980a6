"""The page on places holds every row that plugins bring, as it stands in their files."""

import re
from pathlib import Path

from places_table import cells, rows

PAGE = (Path(__file__).parents[2] / "docs" / "places.md").read_text("utf-8")


def test_every_row_is_listed_as_its_file_has_it() -> None:
    """Print the table anew with `uv run python tests/house/places_table.py`."""
    listed = re.findall(r"^\| `[a-z0-9-]+` \|.*\|$", PAGE, re.MULTILINE)
    assert listed == [f"| {' | '.join(cells(offer))} |" for offer in rows()]
