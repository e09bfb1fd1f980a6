"""The program as a whole: what stands before the verb, exit codes, and how it ends."""

import os
import pty
import signal
import subprocess
import sys

import pytest

from interlock.cli import failures, show
from interlock.errors import RateLimited


def test_help_lists_verbs_and_exit_codes(run):
    text = run("--help").stdout
    for word in ("ask", "explain", "models", "plugins", "doctor", "init", "130", "INTERLOCK_CONFIG"):
        assert word in text


@pytest.mark.parametrize("verb", ["", "records", "policy", "keys", "agent", "eval", "audit"])
def test_lists_of_verbs_say_whole_sentences(run, verb, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    text = run(*verb.split(), "--help").stdout
    lines = " ".join(text.partition("Commands:")[2].split())
    assert lines
    assert "..." not in lines


def test_help_loads_nothing_heavy():
    heavy = {"aiohttp", "httpx", "numpy", "pydantic", "rich", "yaml"}
    program = f"import sys, interlock.cli.app; print({heavy!r} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_version(run):
    assert run("--version").stdout.startswith("interlock 0.")


def test_configuration_before_the_verb_or_from_the_environment(configured, run, tmp_path, monkeypatch):
    path = configured("good").rename(tmp_path / "other.yaml")
    assert run("--config", str(path), "ask", "-q", "Hi").stdout == "Hello there.\n"
    monkeypatch.setenv("INTERLOCK_CONFIG", str(path))
    assert run("ask", "-q", "Hi").stdout == "Hello there.\n"


GOOD = "{id: a, model: zhipu/glm-5.2, provider: zhipu}"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("deploymnts: []\n", ["deploymnts", "'deployments'"]),
        (
            "deployments: [{id: a, model: zhipu/glm-5.3, provider: zhipu}]\n",
            ["deployments.0.model", "glm-5.2"],
        ),
        (f"deployments: [{GOOD}]\ntimeouts: {{connect: -5}}\n", ["bad.yaml:2", "timeouts.connect", "-5"]),
        ("deployments: []\n", ["deployments", "empty"]),
        ("deployments: [\n", ["bad.yaml"]),
        (
            "deployments: [{id: a, model: zhipu/glm-5.2, provider: zhipu, api_key: 12345}]\n",
            ["deployments.0.api_key", "text"],
        ),
        ("1: 2\n", ["1"]),
    ],
)
def test_a_bad_configuration_is_a_line_that_names_the_key(run, tmp_path, text, told):
    (tmp_path / "bad.yaml").write_text(text)
    for verb in (["ask", "Hi"], ["explain", "Hi"], ["models"], ["doctor"]):
        result = run("--config", "bad.yaml", *verb)
        assert result.exit_code == 2
        assert len(result.stderr.splitlines()) == 1
        assert result.stderr.startswith("Error: bad.yaml")
        assert all(word in result.stderr for word in told), result.stderr
        assert "12345" not in result.stderr


def test_a_missing_configuration(run):
    result = run("--config", "nowhere.yaml", "ask", "Hi")
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: nowhere.yaml: there is no such file")


def test_interrupt_leaves_no_trace_and_closes_the_connection(configured, start, vendor):
    configured("stuck")
    process = start("ask", "Hi")
    assert vendor.streaming.wait(30)
    assert process.stdout.read(12) == "Hello there."
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert (output, errors) == ("\n", "")
    assert vendor.closed.wait(30)


def test_a_reader_that_goes_away_ends_the_program_quietly(configured, start, vendor):
    configured("endless")
    process = start("ask", "Hi")
    assert process.stdout.readline() == "Hello there.again\n"
    process.stdout.close()
    assert process.wait(timeout=30) == 141
    assert process.stderr.read() == ""
    assert vendor.closed.wait(30)


def test_a_model_cannot_steer_the_terminal(configured, start):
    configured("escape")
    ours, theirs = pty.openpty()
    process = start("ask", "-q", "Hi", stdout=theirs)
    assert process.wait(timeout=30) == 0
    assert os.read(ours, 1000) == b"Hello there.[31m!\r\n"
    os.close(ours)
    os.close(theirs)


def test_a_waiting_time_is_passed_on():
    assert "wait 7 s" in failures.describe(RateLimited("429", retry_after=7))


@pytest.mark.parametrize(
    ("amount", "words"),
    [(None, ""), (0.0, ""), (0.00001, "under $0.0001"), (0.0011, "$0.0011"), (1234.5, "$1,234.50")],
)
def test_dollars(amount, words):
    assert show.dollars(amount) == words


MISSING = ["ask Hi", "explain Hi", "doctor", "records list", "plugins check x"]


@pytest.mark.parametrize("verb", MISSING)
@pytest.mark.parametrize("form", ["--config nowhere.yaml", "--config=nowhere.yaml"])
@pytest.mark.parametrize("place", ["before", "after"])
def test_the_configuration_may_be_named_on_either_side_of_the_verb(run, tmp_path, verb, form, place):
    options = form.split()
    words = [*options, *verb.split()] if place == "before" else [*verb.split(), *options]
    result = run(*words)
    shown = result.stderr + result.stdout
    assert "stands before" not in shown
    assert "nowhere.yaml" in shown or verb.startswith("plugins")
    assert "No such option" not in shown


def test_what_is_a_prompt_or_a_verbs_own_stays_there(run, configured):
    configured("good")
    assert run("explain", "--json", "--", "--config").exit_code == 0
    assert run("explain", "Hi", "-vv").exit_code == 0
    result = run("replay", "--config", "nowhere.yaml")
    assert "nowhere.yaml" in result.stderr


def test_an_option_without_its_value_is_refused(run):
    result = run("explain", "Hi", "--config")
    assert result.exit_code == 2
    assert "--config" in result.stderr


def test_shells_can_complete_it(start):
    # Else the shell is looked for among the processes above, where there need not be one.
    named = os.environ | {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    script, _ = start("--show-completion", "bash", env=named).communicate(timeout=30)
    assert "_INTERLOCK_COMPLETE" in script
    asked = {"_INTERLOCK_COMPLETE": "complete_bash", "COMP_WORDS": "interlock ex", "COMP_CWORD": "1"}
    verbs, _ = start(env=os.environ | asked).communicate(timeout=30)
    assert verbs.split() == ["explain"]
