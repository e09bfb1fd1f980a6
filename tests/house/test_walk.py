"""A reader who follows one call is not sent through more files and rooms than these."""

import pytest
from walk import walked

CEILINGS = {"plain": (80, 125), "streamed": (87, 190)}


@pytest.mark.parametrize(("kind", "ceilings"), CEILINGS.items())
def test_a_call_leads_through_few_files(kind, ceilings):
    walk = walked(kind)
    files, changes = ceilings
    assert len(walk.files) <= files, walk
    assert walk.changes_of_room <= changes, walk
    assert len(walk.files) > files * 0.8, f"{walk}; lower the ceiling"
