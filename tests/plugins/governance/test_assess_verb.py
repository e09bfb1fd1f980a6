"""`interlock assess`: what it prints, writes, asks and refuses."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import pytest

from interlock_governance.assessing import Answers, parse_answers, read_answers, standard_questions
from interlock_governance.assessing.interview import Interview
from interlock_governance.use_cases import UseCase

OWN = """id,name,unit,sensitivity,subjects_jurisdictions,residency
letters,Letters,Service,personal,eu,eu
reports,Reports,Works,,,
"""
CONFIGURATION = """
deployments:
  - id: house
    model: zhipu/glm-5.2
    provider: vllm
    base_url: "http://10.0.0.5:8000/v1"
    region: de
    on_premise: true
  - {id: states, model: openai/gpt-5.5, provider: openai, base_url: "https://us.api.openai.com/v1"}
"""
ANSWERS = """
letters: {procurement: none, contract: {answer: no_training, who: legal, when: 2026-11-20}, insurance: notice}
"""


@pytest.fixture(autouse=True)
def _files():
    Path("own.csv").write_text(OWN, encoding="utf-8")
    Path("interlock.yaml").write_text(CONFIGURATION, encoding="utf-8")
    Path("said.yaml").write_text(ANSWERS, encoding="utf-8")


def rows(result):
    return [" ".join(line.split()) for line in result.stdout.splitlines()]


def test_few_use_cases_are_shown_whole(run):
    result = run("assess", "own.csv", "--answers", "said.yaml", "--where", "id=letters")
    assert result.exit_code == 0, result.output
    shown = rows(result)
    assert shown[0] == "Letters allowed with measures"
    assert "Personal data eu the inventory (subjects_jurisdictions: eu)" in shown
    assert "Contracts no_training legal, 2026-11-20" in shown
    assert "agreed on: dpa GDPR Art. 28(3)" in shown
    assert "risk and insurance Tell the insurer before it begins, and keep the answer." in shown
    assert "house allowed -" in shown
    assert any(line.startswith("states denied not met: agreed on: dpa") for line in shown)
    assert result.stderr.count("no legal advice") == 1


def test_many_use_cases_are_listed_and_counted(run):
    Path("own.csv").write_text(OWN + "x,X,,,,\ny,Y,,,,\n", encoding="utf-8")
    result = run("assess", "own.csv")
    shown = rows(result)
    assert "Letters allowed with measures 3 of 5 7 1 of 2" in shown
    assert "allowed with measures 4 of 4" in shown
    assert "not known: cyber insurance 4 of 4" in shown


def test_nothing_is_wider_than_the_terminal(run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    result = run("assess", "own.csv", "--answers", "said.yaml")
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_what_is_not_allowed_is_said_by_the_exit_code(run):
    Path("said.yaml").write_text('"*": {insurance: ai_excluded}', encoding="utf-8")
    result = run("assess", "own.csv", "--answers", "said.yaml", "--json")
    assert result.exit_code == 1
    data = json.loads(result.stdout)
    assert [each["verdict"] for each in data] == ["not allowed", "not allowed"]
    assert data[0]["deployments"]["house"]["verdict"] == "denied"


def test_without_a_configuration_no_deployment_is_spoken_of(run):
    Path("interlock.yaml").unlink()
    result = run("assess", "own.csv", "--json")
    assert json.loads(result.stdout)[0]["deployments"] is None
    refused = run("assess", "own.csv", "--cases", "made.yaml")
    assert refused.exit_code == 2
    assert "a configuration with deployments is needed" in refused.stderr


@pytest.mark.parametrize("ending", ["html", "md"])
def test_a_report_is_written_for_people(run, ending):
    Path("own.csv").write_text(OWN.replace("Letters", "<b>Letters</b>"), encoding="utf-8")
    result = run("assess", "own.csv", "--answers", "said.yaml", "--report", f"r.{ending}")
    assert result.exit_code == 0, result.output
    text = Path(f"r.{ending}").read_text(encoding="utf-8")
    assert text.count("no legal advice") == 1
    assert "Who has to do what" in text
    assert "<b>Letters" not in text


@pytest.mark.parametrize(
    ("said", "arguments", "complaint"),
    [
        ("letter: {contract: none}", [], "there is no use case 'letter'"),
        ("letter: {contract: none}", [], "Did you mean 'letters'?"),
        ("letters: {contract: nothing}", [], "'nothing' is no answer to contract"),
        ("letters: {contract: none}", ["--ask"], "--ask: needs a terminal"),
        ("letters: {contract: none}", ["--report", "r.pdf"], "ends in none of .html and .md"),
        ("letters: {contract: none}", ["--policy", "nowhere/p.yaml"], "cannot be written"),
        ("letters: {contract: none}", ["--questions", "nowhere.toml"], "cannot be read"),
        ("letters: {contract: none}", ["--where", "id=other", "--policy", "p.yaml"], "there is no use case"),
    ],
)
def test_wrong_usage_is_refused(run, said, arguments, complaint):
    Path("said.yaml").write_text(said, encoding="utf-8")
    result = run("assess", "own.csv", "--answers", "said.yaml", *arguments)
    assert result.exit_code == 2, result.output
    assert complaint in result.stderr
    assert not result.stdout


def test_answers_about_use_cases_that_were_not_chosen_are_no_mistake(run):
    result = run("assess", "own.csv", "--answers", "said.yaml", "--where", "id=reports")
    assert result.exit_code == 0, result.output


def test_answers_that_count_for_several_use_cases_are_named(run):
    Path("own.csv").write_text(OWN + "letters,Other letters,Elsewhere,,,\n", encoding="utf-8")
    result = run("assess", "own.csv", "--answers", "said.yaml")
    assert "The answers about letters count for 2 use cases" in result.stderr


def test_what_is_not_allowed_is_left(run):
    Path("said.yaml").write_text("letters: {contract: no_ai}", encoding="utf-8")
    result = run("assess", "own.csv", "--answers", "said.yaml", "--where", "id=letters", "--policy", "p.yaml")
    shown = rows(result)
    assert "owner Leave it, and stop it where it is in use, until what forbids it has changed." in shown
    assert "house denied not met: no deployment may have it" in shown
    assert "A contract forbids it" in Path("p.yaml").read_text(encoding="utf-8")


def interview(lines, *, answers=None):
    """What is kept of an interview in which these lines are typed, and what was shown."""
    typed, shown, kept = iter(lines), [], []
    talk = Interview(
        questions=standard_questions(),
        answers=answers or Answers(),
        read=lambda prompt: next(typed),
        say=shown.append,
        keep=kept.append,
        today=date(2026, 11, 29),
        who="legal",
    )
    found = talk.ask([UseCase(id="a", name="Letters"), UseCase(id="b", name="Reports", residency=())])
    return found, "\n".join(shown), kept


def test_answers_are_asked_for_one_question_at_a_time():
    first = ["?", "2, 3", "record 12", "4", "tender", "n", "retention", "30", "contract", "2", "eu, ch", ""]
    found, shown, kept = interview([*first, "none", "", "y", "q"])
    about = found.of["a"]
    assert about["personal_data"].told() == "eu, uk"
    assert (about["personal_data"].who, about["personal_data"].evidence) == ("legal", "record 12")
    assert about["contract"].told() == "retention=30"
    assert about["residency"].told() == "places=eu+ch"
    assert found.of["*"]["insurance"].told() == "none"
    assert "Who may know: data protection officer." in shown
    assert len(kept) == 5


def test_a_wrong_answer_is_asked_for_again_and_what_is_not_known_is_left():
    found, shown, _ = interview(["1, 2", "eur", "", "", "", "", "", "q"])
    assert "'none' rules out every other answer" in shown
    assert "Did you mean 'eu'?" in shown
    assert not found.of


def test_what_is_known_already_is_not_asked():
    answers = parse_answers("'*': {insurance: none, procurement: none}", "a.yaml", standard_questions())
    _, shown, _ = interview(["", "", "", "", "", ""], answers=answers)
    assert "Cyber insurance" not in shown
    assert shown.count("Where data must stay") == 1


def _wait_for_reading(process):
    """Until it sleeps: what comes between its prompt and its read() interrupts no read."""
    state = Path(f"/proc/{process.pid}/stat")
    while state.exists() and state.read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "S":
        time.sleep(0.01)


def test_what_was_answered_is_kept_when_the_asking_is_broken_off():
    Path("interlock.yaml").unlink()
    own, other = pty.openpty()
    command = [
        sys.executable,
        "-c",
        "from interlock.cli.app import app; app()",
        "assess",
        "own.csv",
        "--ask",
        "--who",
        "me",
    ]
    with (
        subprocess.Popen(command, stdin=other, stdout=other, stderr=other, start_new_session=True) as process,
        ExitStack() as last,
    ):
        last.callback(process.kill)  # or a word that never comes would be waited for without end
        os.close(other)
        heard = b""

        def until(words):
            nonlocal heard
            while words not in heard:
                heard += os.read(own, 4096)
            heard = heard.partition(words)[2]

        until(b"q to stop")
        os.write(own, b"4\n")
        until(b"Enter for nowhere")
        os.write(own, b"tender 7\n")
        until(b"y or n")
        os.write(own, b"y\n")
        until(b"q to stop")
        _wait_for_reading(process)
        process.send_signal(signal.SIGINT)
        until(b"New answers in answers.yaml: 1.")
        assert process.wait(timeout=60) == 130
    os.close(own)
    kept = read_answers("answers.yaml", standard_questions()).of["*"]["procurement"]
    assert (kept.told(), kept.who, kept.evidence) == ("us_defence", "me", "tender 7")
