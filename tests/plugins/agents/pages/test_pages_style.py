"""The page looks as reports do."""

import re
from importlib.resources import files

from interlock_agents.pages.rendering import RENDERING

_COLOUR = re.compile(r"--([a-z]+): (#[0-9a-f]{6})")


def test_its_colours_are_those_of_reports_in_the_light_and_in_the_dark() -> None:
    theirs = files("interlock_reports").joinpath("page.css").read_text("utf-8")
    ours = RENDERING.style
    assert len(_COLOUR.findall(theirs)) > 20
    own = _COLOUR.findall(ours)
    assert [each for each in own if each in _COLOUR.findall(theirs)] == _COLOUR.findall(theirs)


def test_it_asks_for_nothing_from_elsewhere() -> None:
    assert "url(" not in RENDERING.style
    assert "@import" not in RENDERING.style
