"""The checks of continuous integration, computed from the files of a commit. Nothing of them is executed."""

import re
import tomllib
from collections.abc import Callable, Mapping
from typing import Any, Final

from interlock_evaluation.worlds.software_development.history import Files, text_of
from interlock_evaluation.worlds.software_development.subset import Failing, Program
from interlock_evaluation.worlds.world import State

SETTINGS: Final = "config/settings.toml"
DEPENDENCIES: Final = "dependencies.txt"
LOCK: Final = "dependencies.lock"
_DOCUMENTED: Final = "docs/settings.md"
_WIDEST: Final = 100
_PIN: Final = re.compile(r"([a-z][a-z0-9-]*)==(\S+)")
_LOCKED: Final = re.compile(r"([a-z][a-z0-9-]*)==(\S+) (\S+)")


def results(state: State, files: Files) -> list[dict[str, Any]]:
    """Each check: `name`, `required`, `passed`, and what it complains of."""
    found = []
    for name, required, check in _CHECKS:
        complaints = check(state, files)
        found.append({"name": name, "required": required, "passed": not complaints, "complaints": complaints})
    return found


def failing(state: State, files: Files) -> list[str]:
    """Names of the required checks that fail."""
    return [each["name"] for each in results(state, files) if each["required"] and not each["passed"]]


def program(files: Files) -> Program:
    """The repository as a program, which may call `setting(name)`."""
    texts = {path: text_of(lines) for path, lines in files.items()}
    found = _settings(files)

    def setting(name: str) -> Any:
        if isinstance(found, str):
            raise Failing(found, kind="ValueError")
        if name not in found:
            raise Failing(f"{SETTINGS} has no {name!r:.60}", kind="KeyError")
        return found[name]

    return Program(texts, {"setting": setting})


def _settings(files: Files) -> Mapping[str, Any] | str:
    """The settings, or why they cannot be read."""
    try:
        return tomllib.loads(text_of(files.get(SETTINGS, [])))
    except (ValueError, RecursionError) as error:
        return f"{SETTINGS}: {error}"[:160]


def _tests(_: State, files: Files) -> list[str]:
    found = program(files).tests()
    if not found:
        return ["there are no tests"]
    return [f"{name}: {why}" for name, why in found.items() if why]


def _lint(_: State, files: Files) -> list[str]:
    found = []
    for path, lines in files.items():
        for number, line in enumerate(lines, 1):
            if line != line.rstrip():
                found.append(f"{path}:{number}: white space at the end of the line")
            if path.endswith(".py"):
                found += [f"{path}:{number}: {what}" for what in _style(line)]
    return found


def _style(line: str) -> list[str]:
    found = []
    if "\t" in line:
        found.append("a tab")
    if len(line) > _WIDEST:
        found.append(f"more than {_WIDEST} characters")
    if re.match(r"\s*print\(", line):
        found.append("a print")
    return found


def _lock(state: State, files: Files) -> list[str]:
    """Whether the lock holds what is asked for, with the hashes of the index."""
    asked = [
        _PIN.fullmatch(line) for line in files.get(DEPENDENCIES, []) if line and not line.startswith("#")
    ]
    held = [_LOCKED.fullmatch(line) for line in files.get(LOCK, []) if line and not line.startswith("#")]
    if None in asked:
        return [f"{DEPENDENCIES}: each line is <package>==<version>"]
    if None in held:
        return [f"{LOCK}: each line is <package>==<version> <hash>"]
    pins = {each[1]: each[2] for each in asked if each}
    locks = {each[1]: (each[2], each[3]) for each in held if each}
    found = [
        f"{LOCK} has no {name}=={pins[name]}" for name in pins if locks.get(name, ("",))[0] != pins[name]
    ]
    found += [f"{LOCK} has {name}, which {DEPENDENCIES} has not" for name in locks if name not in pins]
    for name, (version, said) in locks.items():
        known = state.data["packages"].get(name, {}).get("versions", {}).get(version)
        if known is None:
            found.append(f"the index has no {name}=={version}")
        elif known["hash"] != said:
            found.append(f"{LOCK}: the hash of {name}=={version} is not the index's")
    return found


def _secrets(_: State, files: Files) -> list[str]:
    found = _settings(files)
    if isinstance(found, str):
        return [found]
    return [
        f"{SETTINGS}: {name} is written out; it is to be env:<NAME>"
        for name, value in found.items()
        if name.endswith(("_key", "_token", "_password")) and not str(value).startswith("env:")
    ]


def _docs(_: State, files: Files) -> list[str]:
    found = _settings(files)
    if isinstance(found, str):
        return [found]
    said = text_of(files.get(_DOCUMENTED, []))
    names = set(re.findall(r"^\| `(\w+)` \|", said, re.MULTILINE))
    missing = [f"{_DOCUMENTED} has no {name}" for name in found if name not in names]
    return missing + [
        f"{_DOCUMENTED} has {name}, which is no setting" for name in sorted(names - found.keys())
    ]


_CHECKS: Final[tuple[tuple[str, bool, Callable[[State, Files], list[str]]], ...]] = (
    ("tests", True, _tests),
    ("lint", True, _lint),
    ("lock", True, _lock),
    ("secrets", True, _secrets),
    ("docs", False, _docs),
)
