"""The gate of the standard tests: all sixty in every dialect, by every method and route, and none skipped."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from langchain_standard import DIALECTS

HERE = Path(__file__).parent


def _tests(node: pytest.Collector) -> Iterator[pytest.Item]:
    for child in node.collect():
        if isinstance(child, pytest.Collector):
            yield from _tests(child)
        else:
            yield child


def test_every_suite_is_whole(request):
    suites: Counter[str] = Counter()
    for dialect in DIALECTS:
        module = pytest.Module.from_parent(request.session, path=HERE / f"test_standard_{dialect}.py")
        suites.update(f"{dialect} {test.parent.name}" for test in _tests(module))
    assert len(suites) == len(DIALECTS) * 7
    assert {count for suite, count in suites.items() if suite.endswith(" TestUnit")} == {10}
    assert {count for suite, count in suites.items() if not suite.endswith(" TestUnit")} == {50}


@pytest.mark.parametrize("outcome", ["skipped", "passed", "failed"])
def test_a_skip_is_a_failure(request, outcome):
    [conftest] = [
        plugin
        for plugin in request.config.pluginmanager.get_plugins()
        if getattr(plugin, "__file__", None) == str(HERE / "conftest.py")
    ]
    report = SimpleNamespace(skipped=outcome == "skipped", outcome=outcome, longrepr="why")
    hook = conftest.pytest_runtest_makereport(SimpleNamespace(path=HERE / "test_x.py", nodeid="x"))
    next(hook)
    with pytest.raises(StopIteration):
        hook.send(report)
    assert report.outcome == ("passed" if outcome == "passed" else "failed")
