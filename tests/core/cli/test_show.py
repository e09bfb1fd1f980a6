"""What goes to standard output as JSON is JSON, whatever a verb has found."""

import json
from math import isfinite

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interlock.commands import write_json

FOUND = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


def plain(found):
    if isinstance(found, float) and not isfinite(found):
        return None
    if isinstance(found, dict):
        return {name: plain(each) for name, each in found.items()}
    return [*map(plain, found)] if isinstance(found, (list, tuple)) else found


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=FOUND)
def test_what_is_not_known_or_has_no_bound_is_null_and_all_else_is_itself(capsys, found):
    write_json(found)
    assert json.loads(capsys.readouterr().out, parse_constant=pytest.fail) == plain(found)
