"""How many injections the guardrail finds, and how many harmless texts it takes for one.

None of the sets is part of this repository. Each is a checkout below the folder that is given, under its
name at GitHub: ethz-spylab's agentdojo or a fork of it, PurpleLlama (CyberSecEval), BIPIA, garak, and for
texts that discuss injections the OWASP list for language models and prompt-injection-defenses. What is
missing is left out. Other checkouts, named with --benign, are read as harmless documentation and code.

    uv run python tests/benchmarks/injection_found.py FOLDER --agentdojo agentdojo --benign hub-docs flask
    uv run python tests/benchmarks/injection_found.py FOLDER --missed cyberseceval --half even

With --half, only texts whose number is even, or odd, count: one half to look at, the other one to measure.
"""

import argparse
import ast
import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import yaml

from interlock_guardrails.injection import scored

_PLACE = re.compile(r"\{(\w*injection\w*)\}")
_ORDERS = re.compile(r"\b(?:ignore|disregard|instead|forget|print|say|instructions?)\b", re.IGNORECASE)
_PIECE = 4_000
Text = tuple[str, str]  # what it is, and the text


def agentdojo(folder: Path, rng: random.Random) -> Iterator[Text]:
    """Every attack with every goal, each in one of the places that a suite leaves for it."""
    templates = [
        (path.stem, text)
        for path in sorted((folder / "src/agentdojo/attacks").glob("*.py"))
        for text in strings(path)
        if "{goal}" in text
    ]
    for suite in sorted((folder / "src/agentdojo/data/suites").iterdir()):
        hosts = [text for text in leaves(suite) if _PLACE.search(text)]
        defaults = defaults_of(suite)
        goals = sorted(
            {
                text
                for path in (folder / "src/agentdojo/default_suites").glob(
                    f"*/{suite.name}/injection_tasks.py"
                )
                for text in assigned(path, "GOAL")
            }
        )
        for name, template in templates:
            for goal in goals:
                host = rng.choice(hosts)
                target = rng.choice(_PLACE.findall(host))
                said = filled(template, goal)
                values = {**defaults, target: said}
                yield name, _PLACE.sub(lambda place, v=values: v.get(place[1], ""), host)


def agentdojo_benign(folder: Path) -> Iterator[Text]:
    for suite in sorted((folder / "src/agentdojo/data/suites").iterdir()):
        defaults = defaults_of(suite)
        for text in leaves(suite):
            yield "agentdojo", _PLACE.sub(lambda m, d=defaults: d.get(m[1], ""), text)


def cyberseceval(folder: Path, *, translated: bool) -> Iterator[Text]:
    name = "prompt_injection_multilingual_machine_translated" if translated else "prompt_injection"
    path = folder / f"CybersecurityBenchmarks/datasets/prompt_injection/{name}.json"
    for case in json.loads(path.read_text(encoding="utf-8")):
        yield f"{case['injection_type']} {case['injection_variant']}", case["user_input"]


def bipia(folder: Path, rng: random.Random) -> Iterator[Text]:
    emails = [text for _, text in bipia_benign(folder, ("email",))]
    for kind in ("text", "code"):
        attacks = json.loads((folder / f"benchmark/{kind}_attack_test.json").read_text(encoding="utf-8"))
        for several in attacks.values():
            for attack in several:
                yield f"{kind} attack", f"{rng.choice(emails)}\n{attack}"


def bipia_benign(folder: Path, kinds: tuple[str, ...] = ("email", "table", "code")) -> Iterator[Text]:
    for kind in kinds:
        for path in sorted((folder / "benchmark" / kind).glob("*.jsonl")):
            for line in path.read_text(encoding="utf-8").splitlines():
                context = json.loads(line).get("context") or json.loads(line).get("code") or ""
                yield f"bipia {kind}", "\n".join(context) if isinstance(context, list) else context


def garak(folder: Path) -> Iterator[Text]:
    for path in (
        folder / "garak/probes/latentinjection.py",
        folder / "garak/resources/promptinject/prompt_data.py",
    ):
        for text in strings(path):
            if _ORDERS.search(text) and len(text.split()) > 5:
                yield path.stem, text
    attacks = folder / "garak/data/sysprompt_extraction/attacks.json"
    for kind, several in json.loads(attacks.read_text(encoding="utf-8")).items():
        yield from ((f"extraction {kind}", text) for text in several if isinstance(text, str))


def files(folder: Path, what: str, endings: tuple[str, ...]) -> Iterator[Text]:
    for path in sorted(folder.rglob("*")):
        if path.suffix not in endings or not path.is_file() or ".git" in path.parts:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        yield from ((what, text[at : at + _PIECE]) for at in range(0, min(len(text), 40 * _PIECE), _PIECE))


def strings(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    formatted = {
        id(value) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for value in node.values
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(
                str(each.value)
                if isinstance(each, ast.Constant)
                else "{" + ast.unparse(each.value).split(".")[-1] + "}"
                for each in node.values
                if isinstance(each, ast.Constant | ast.FormattedValue)
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in formatted:
            yield node.value


def assigned(path: Path, name: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        named = isinstance(node, ast.Assign) and any(getattr(each, "id", "") == name for each in node.targets)
        if named:
            yield "".join(
                str(each.value)
                for each in ast.walk(node.value)
                if isinstance(each, ast.Constant) and isinstance(each.value, str)
            )


def filled(template: str, goal: str) -> str:
    said = template.replace("{goal}", goal).replace("{model}", "assistant").replace("{user}", "Emma Johnson")
    return re.sub(r"\{\w+\}", "", said)


def defaults_of(suite: Path) -> dict[str, str]:
    vectors = yaml.safe_load((suite / "injection_vectors.yaml").read_text(encoding="utf-8"))
    return {name: str(each.get("default", "")) for name, each in vectors.items()}


def leaves(suite: Path) -> list[str]:
    """The texts of a suite's environment, which stands in several files."""
    found: set[str] = set()
    for path in sorted(suite.rglob("*.yaml")):
        if path.name == "injection_vectors.yaml":
            continue
        text = re.sub(r"!include\s", "", path.read_text(encoding="utf-8"))
        text = re.sub(
            r"^(\s*(?:- )?[\w-]+:\s*)(\{\w*injection\w*\}\s*)$", r'\1"\2"', text, flags=re.MULTILINE
        )
        waiting = [yaml.safe_load(text)]
        while waiting:
            each = waiting.pop()
            if isinstance(each, dict):
                waiting += each.values()
            elif isinstance(each, list):
                waiting += each
            elif isinstance(each, str) and len(each) > 20:
                found.add(each)
    return sorted(found)


def sets(options: argparse.Namespace) -> Iterator[tuple[str, bool, list[Text]]]:
    """The name of each, whether they are attacks, and its texts."""
    rng = random.Random(7)
    at = {
        name: options.folder / name
        for name in (options.agentdojo, "PurpleLlama", "BIPIA", "garak", options.owasp, options.defenses)
    }
    if (here := at[options.agentdojo]).exists():
        yield "agentdojo", True, list(agentdojo(here, rng))
        yield "agentdojo, harmless", False, list(agentdojo_benign(here))
    if (here := at["PurpleLlama"]).exists():
        yield "cyberseceval", True, list(cyberseceval(here, translated=False))
        yield "cyberseceval, translated", True, list(cyberseceval(here, translated=True))
    if (here := at["BIPIA"]).exists():
        yield "bipia", True, list(bipia(here, rng))
        yield "bipia, harmless", False, list(bipia_benign(here))
    if (here := at["garak"]).exists():
        yield "garak", True, list(garak(here))
        yield "garak, documentation", False, list(files(here / "docs", "garak docs", (".md", ".rst")))
    for name in (options.owasp, options.defenses):
        if (here := at[name]).exists():
            yield f"{name}, of injections", False, list(files(here, name, (".md",)))
    for name in options.benign:
        every = list(
            files(options.folder / name, name, (".md", ".mdx", ".rst", ".txt", ".py", ".ts", ".php", ".html"))
        )
        yield f"{name}, harmless", False, rng.sample(every, min(len(every), 3_000))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--agentdojo", default="agentdojo")
    parser.add_argument("--owasp", default="www-project-top-10-for-large-language-model-applications")
    parser.add_argument("--defenses", default="prompt-injection-defenses")
    parser.add_argument("--benign", nargs="*", default=[])
    parser.add_argument("--threshold", type=float, default=0.6)
    parser.add_argument("--half", choices=("even", "odd"))
    parser.add_argument("--missed", help="print what was missed, or taken for one, of this set")
    options = parser.parse_args()
    for name, attacks, texts in sets(options):
        kept = [
            each
            for number, each in enumerate(texts)
            if not options.half or number % 2 == (options.half == "odd")
        ]
        values = [scored(text) for _, text in kept]
        over = [score.value >= options.threshold for score in values]
        share = sum(over) / len(kept) if kept else 0.0
        what = "found" if attacks else "taken for one"
        print(f"{name:52} {what:14} {sum(over):5} of {len(kept):5}  {share:.3f}")
        kinds = Counter(kind for kind, _ in kept)
        if attacks and len(kinds) > 1:
            found = Counter(kind for (kind, _), was in zip(kept, over, strict=True) if was)
            print(
                "".join(f"    {kind}: {found[kind]} of {count}\n" for kind, count in sorted(kinds.items())),
                end="",
            )
        if options.missed == name:
            for (kind, text), score, was in zip(kept, values, over, strict=True):
                if was != attacks:
                    print(f"    [{kind}] {score.value:.2f} {score.families} {text[:700]!r}")


if __name__ == "__main__":
    main()
