"""The gate of the standard tests: all sixty in every dialect, by every method and route, and none skipped."""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest

from langchain_standard import DIALECTS

HERE = Path(__file__).parent


def test_every_suite_is_whole():
    files = [str(HERE / f"test_standard_{dialect}.py") for dialect in DIALECTS]
    listed = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *files],
        capture_output=True,
        text=True,
        check=True,
        cwd=HERE.parents[2],
    ).stdout
    suites = Counter(re.findall(r"test_standard_(\w+\.py::\w+)::", listed))
    assert len(suites) == len(DIALECTS) * 7
    assert {count for suite, count in suites.items() if suite.endswith("::TestUnit")} == {10}
    assert {count for suite, count in suites.items() if not suite.endswith("::TestUnit")} == {50}


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
