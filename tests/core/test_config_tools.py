"""The section `tools`: the user's policy for tools."""

import pytest

from interlock import ConfigError, Repeat, ToolPolicy, ToolRule
from interlock.config import load


def test_a_file_says_it_in_a_line_for_each_rule(tmp_path):
    path = tmp_path / "interlock.yaml"
    path.write_text(
        "tools:\n"
        "  requires_grant: write\n"
        "  rules:\n"
        "    - {tools: 'github/*', effect: irreversible, repeat: none}\n"
        "    - {tools: pay, repeat: key, retention: 60, settles_within: 30}\n"
        "    - {tools: look, repeat: key, settles_within: 0}\n"
    )
    assert load(path, {}).tools.policy() == ToolPolicy(
        requires_grant="write",
        rules=(
            ToolRule(tools="github/*", effect="irreversible", repeat=Repeat("none")),
            ToolRule(tools="pay", repeat=Repeat("key", retention=60), settles_within=30),
            ToolRule(tools="look", repeat=Repeat("key"), settles_within=0),
        ),
    )


def test_by_default_tools_are_what_they_declare_and_what_is_destructive_needs_a_grant():
    assert load({}, {}).tools.policy() == ToolPolicy()


@pytest.mark.parametrize(
    ("tools", "complaint"),
    [
        ({"requires_grant": "read"}, "tools.requires_grant: expected one of write, destructive, not 'read'"),
        ({"rules": [{"effect": "read"}]}, "tools.rules.0.tools: is required"),
        ({"rules": [{"tools": "a", "effect": "reads"}]}, "tools.rules.0.effect: .* Did you mean 'read'"),
        ({"rules": [{"tools": "a", "retention": 5}]}, "tools.rules.0.retention: .* goes with repeat: key"),
        ({"rules": [{"tools": "a", "settles": 5}]}, "tools.rules.0.settles: .*'settles_within'"),
        ({"rules": [{"tools": "a", "settles_within": -1}]}, "tools.rules.0.settles_within: "),
    ],
)
def test_a_mistake_is_refused_with_its_key(tools, complaint):
    with pytest.raises(ConfigError, match=complaint):
        load({"tools": tools}, {})
