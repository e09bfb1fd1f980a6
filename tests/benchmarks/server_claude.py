"""Claude Code, the agent of the command line, before the endpoint: a file that it reads by a command.

    npm install --prefix /somewhere @anthropic-ai/claude-code
    uv run python tests/benchmarks/server_claude.py /somewhere/node_modules/.bin/claude

Before each vendor's dialect, well and behind another deployment that fails. Claude Code has a home of its own
and none of the variables of whoever runs this. Prints of each run what it said at the end, and which
signatures of thoughts or calls went through it and back to the vendor; nothing but this machine is asked.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))

from asked import Asked, Called, Said
from attentive import Attentive
from interlock_server.endpoint import open_served
from langchain_standard import DIALECTS, configuration
from server_stage import endpoint_of, serving

NOTE = "the sea is calm"
SECONDS = 120


def answer(asked: Asked) -> Said:
    """Looks at the note once, and then says what it holds."""
    if asked.turns[-1].results:
        return Said(text=f"The note says: {asked.turns[-1].results[-1].text}", tokens=(30, 7))
    if "Bash" not in asked.tools:
        return Said(text="Good day.", tokens=(20, 3))
    look = {"command": "cat note.txt", "description": "Shows the note"}
    sealed = {"thought": "It must be read.", "signature": "c2VhbA"} if asked.thinks else {}
    calls = [Called(id="call_1", name="Bash", arguments=look)]
    return Said(text="I will look.", calls=calls, finish="tool_calls", tokens=(20, 9), **sealed)


def run(claude: str, url: str, folder: Path) -> str:
    """What Claude Code says in the end."""
    work = folder / "work"
    work.mkdir()
    (work / "note.txt").write_text(NOTE)
    how = ["--model", "auto", "--output-format", "json", "--allowedTools", "Bash(cat:*)"]
    done = subprocess.run(
        [claude, "-p", "What does the note say?", *how],
        cwd=work,
        env={
            "HOME": str(folder),
            "PATH": "/usr/bin:/bin",
            "ANTHROPIC_BASE_URL": url,
            "ANTHROPIC_API_KEY": "of-no-use-here",
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    try:
        told = json.loads(done.stdout)
    except ValueError:
        return f"exit code {done.returncode}: {done.stderr[:200]}"
    return f"{told['result']!r}, {told['num_turns']} turns, {told['usage']['output_tokens']} tokens"


def main(claude: str) -> None:
    for dialect in DIALECTS:
        for failing in (False, True):
            with Attentive() as upstream, tempfile.TemporaryDirectory() as folder:
                upstream.answers = answer
                served = open_served(configuration(upstream.url, dialect, fallback=failing))
                began = time.monotonic()
                with serving(endpoint_of(served)) as client:
                    said = run(claude, client.url, Path(folder))
                took = time.monotonic() - began
                back = [each for turn in upstream.seen[-1].turns for each in turn.signatures]
                where = "behind one that fails" if failing else "well"
                print(f"{dialect}, {where}: {said}; signatures back: {back}; {took:.1f} s")
                for complaint in upstream.refused:
                    print(f"  refused: {complaint[:300]}")


if __name__ == "__main__":
    main(sys.argv[1])
