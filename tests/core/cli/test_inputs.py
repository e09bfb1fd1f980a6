"""Where a prompt comes from."""

import pytest


@pytest.fixture
def sent(configured, run, vendor):
    """Runs `ask` and gives the text that reached the vendor."""
    configured("good")

    def ask(*arguments, stdin=None):
        result = run("ask", *arguments, stdin=stdin)
        assert result.exit_code == 0, result.output
        return vendor.bodies[-1]["messages"][-1]["content"]

    return ask


def test_argument_wins_over_a_pipe(sent):
    assert sent("Hi", stdin="ignored") == "Hi"


@pytest.mark.parametrize("arguments", [[], ["-"]])
def test_standard_input(sent, arguments):
    assert sent(*arguments, stdin="Grüße 你好\n") == "Grüße 你好"


def test_files_follow_the_prompt_under_their_names(sent, tmp_path):
    (tmp_path / "one.txt").write_bytes(b"\xef\xbb\xbffirst")
    (tmp_path / "two.txt").write_text("second")
    text = sent("Compare.", "-f", str(tmp_path / "one.txt"), "--file", "two.txt")
    assert text == "Compare.\n\none.txt:\n\nfirst\n\ntwo.txt:\n\nsecond"


def test_a_file_alone_is_the_prompt(sent, tmp_path):
    (tmp_path / "prompt.txt").write_text("Say hello.")
    assert sent("-f", "prompt.txt", stdin="ignored") == "Say hello."


def test_a_pipe_as_a_file(sent):
    assert sent("Summarise.", "-f", "-", stdin="long text") == "Summarise.\n\nstandard input:\n\nlong text"


def test_a_prompt_that_looks_like_an_option(sent):
    assert sent("--", "--help me") == "--help me"


@pytest.mark.parametrize(
    ("arguments", "stdin", "told"),
    [
        (["-f", "missing.txt"], None, "there is no file 'missing.txt'"),
        (["-f", "latin.txt"], None, "latin.txt is not UTF-8 text (line 2)"),
        (["-f", "binary.txt"], None, "binary.txt is not text"),
        (["-f", "."], None, "is a directory"),
        (["-f", "no\0name"], None, "cannot be read"),
        (["-", "-f", "-"], "twice", "once only"),
        ([], "", "empty"),
        ([""], None, "empty"),
        ([" \n"], None, "empty"),
        (["-"], b"\xff", "standard input is not UTF-8 text (line 1)"),
    ],
)
def test_what_cannot_be_asked_is_told_in_a_line(run, tmp_path, arguments, stdin, told):
    (tmp_path / "latin.txt").write_bytes("eins\nzwölf".encode("latin-1"))
    (tmp_path / "binary.txt").write_bytes(b"PK\0\0")
    result = run("ask", *arguments, stdin=stdin)
    assert result.exit_code == 2
    assert told in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_file_that_never_ends_is_refused(configured, run, monkeypatch, tmp_path):
    configured("good")
    monkeypatch.setattr("interlock.cli.inputs.LARGEST", 1_000_000)
    (tmp_path / "huge.txt").write_bytes(b"a" * 1_000_001)
    result = run("ask", "-f", "huge.txt")
    assert result.exit_code == 2
    assert "longer than 1 MB" in result.stderr


def test_nothing_given_at_a_terminal_is_wrong_usage(configured, run, monkeypatch):
    configured("good")
    monkeypatch.setattr("interlock.cli.inputs.at_terminal", lambda: True)
    result = run("ask")
    assert result.exit_code == 2
    assert "there is nothing to ask" in result.stderr
