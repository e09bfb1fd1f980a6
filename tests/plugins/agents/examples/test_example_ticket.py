"""The ticket: the page does what it shows. How it ends when the agent dies is in tests/plugins/jira."""

import importlib.util
import json
from pathlib import Path

import pytest
import yaml

EXAMPLE = "ticket"
ORDERED = "To be ordered:\n\n- HOSE-4: 2\n- PUMP-7: 4\n\nAda Ink asked for it."


@pytest.fixture
def jira_here():
    """The example's own script, where it lies."""
    path = Path(__file__).parents[4] / "docs" / "examples" / "agents" / EXAMPLE / "jira_here.py"
    spec = importlib.util.spec_from_file_location("jira_here", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_example_does_what_its_page_shows(example, play, interlock, jira_here):
    (example / "work").mkdir()
    with jira_here.jira("cloud") as url:
        assert jira_here.ticket(url, "cloud") == "SHOP-1"
        config = yaml.safe_dump(jira_here.configured(url, "cloud"))
        (example / "work" / "interlock.yaml").write_text(config, "utf-8")
        play("A ticket that is completed")
    told = json.loads(
        interlock("--config", "work/interlock.yaml", "agent", "show", "ticket-1", "--json").stdout
    )
    assert next(each["value"] for each in told["nodes"] if each["id"] == "resolution") == {"text": ORDERED}
