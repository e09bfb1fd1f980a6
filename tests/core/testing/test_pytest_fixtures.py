"""The fixtures as a plugin author meets them: there without an import, and no burden where unused."""

import subprocess
import sys

import pytest

pytest_plugins = ["pytester"]
QUIET = ("-p", "no:asyncio", "-p", "no:cacheprovider", "-p", "no:hypothesispytest")


def test_scripts_are_checked_when_a_test_ends(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        def test_used_up(scripted_router):
            router = scripted_router({"a": ["one"], "b": []})
            assert router.complete_sync("hi").text == "one"

        def test_left_over(scripted_router):
            scripted_router({"a": ["one"]})

        def test_left_over_by_a_provider(scripted_provider):
            scripted_provider(["one"], name="mine")

        def test_the_others(fake_clock, loopback_upstream):
            fake_clock.advance(1)
            assert loopback_upstream.url.startswith("http://127.0.0.1:")
        """
    )
    result = pytester.runpytest_subprocess(*QUIET)
    result.assert_outcomes(passed=4, errors=2)
    result.stdout.fnmatch_lines(
        ["*ERROR at teardown of test_left_over *", "*'a' was called 0 times*", "*1: 'one'*"]
    )
    result.stdout.fnmatch_lines(
        ["*ERROR at teardown of test_left_over_by_a_provider *", "*'mine' was called 0 times*"]
    )


def test_a_kit_runs_as_a_test_class_and_reports_what_is_left_out(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest
        from interlock.testing import ProviderConformance, ScriptedProvider

        class TestMine(ProviderConformance):
            provider = ScriptedProvider(["hello"] * 40)

            @pytest.mark.xfail(reason="the double takes whatever it is given", strict=True)
            def test_gives_tool_calls(self):
                super().test_gives_tool_calls()

            @pytest.mark.xfail(reason="likewise", strict=True)
            def test_sends_images_or_refuses_them(self):
                super().test_sends_images_or_refuses_them()

            @pytest.mark.xfail(reason="likewise", strict=True)
            def test_gives_structured_output_or_refuses_it(self):
                super().test_gives_structured_output_or_refuses_it()
        """
    )
    result = pytester.runpytest_subprocess(*QUIET, "-rxs")
    outcomes = result.parseoutcomes()
    assert (outcomes["xfailed"], outcomes.get("failed", 0), outcomes.get("errors", 0)) == (3, 0, 0)
    assert outcomes["passed"] > 5
    result.stdout.fnmatch_lines(["*XFAIL*whatever it is given*", "*SKIPPED*the provider runs in process*"])


def test_a_project_that_does_not_use_it_does_not_load_it() -> None:
    script = (
        "import sys, pytest_interlock; print(*[name for name in sys.modules if name.startswith('interlock')])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
