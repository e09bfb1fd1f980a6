"""What the tasks of the repository expect, worked out from its initial state without any of the tools."""

import json
import re
import tomllib
from typing import Any

from interlock_evaluation.worlds import world_named
from interlock_evaluation.worlds.state import patched
from world_tasks import solution_of, tasks_of

DOMAIN = "software_development"
INITIAL: dict[str, Any] = json.loads((world_named(DOMAIN).folder / "initial.json").read_text("utf-8"))


def state_of(id_: str) -> dict[str, Any]:
    found: dict[str, Any] = patched(INITIAL, tasks_of(DOMAIN)[id_].get("state", {}))
    return found


def written(id_: str, tool: str) -> list[dict[str, Any]]:
    return [dict(given) for name, given in solution_of(tasks_of(DOMAIN)[id_]) if name == tool]


def line_of(state: dict[str, Any], commit: str) -> list[str]:
    """The commit and those before it on its line, newest first."""
    found = [commit]
    while parents := state["commits"][found[-1]]["parents"]:
        found.append(parents[0])
    return found


def file_at(state: dict[str, Any], commit: str, path: str) -> str:
    for each in line_of(state, commit):
        if path in state["commits"][each]["changes"]:
            return "\n".join(state["commits"][each]["changes"][path])
    raise KeyError(path)


def version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def test_the_lowest_version_that_no_advisory_covers_is_chosen() -> None:
    at = version("2.3.1")
    ranges = {
        id_: [(version(each["introduced"]), version(each["fixed"])) for each in advisory["affected"]]
        for id_, advisory in INITIAL["advisories"].items()
        if advisory["package"] == "quillparse"
    }
    fine = [
        each
        for each, facts in INITIAL["packages"]["quillparse"]["versions"].items()
        if version(each) > at
        and not facts["yanked"]
        and not any(low <= version(each) < high for many in ranges.values() for low, high in many)
    ]
    answer = tasks_of(DOMAIN)["bump-quillparse"]["answer"]
    assert answer["version"] == min(fine, key=version)
    assert answer["advisories"] == sorted(
        id_ for id_, many in ranges.items() if any(low <= at < high for low, high in many)
    )


def test_a_release_has_what_was_merged_into_main_since_the_last_one_on_main() -> None:
    state = state_of("cut-release")
    answer = tasks_of(DOMAIN)["cut-release"]["answer"]
    line = line_of(state, state["branches"]["main"])
    before = [each for each in state["releases"].values() if each["commit"] in line]
    (last,) = [each for each in before if each["tag"] == "v1.4.0"]
    assert [each["tag"] for each in before] == ["v1.4.0"]
    new = line[line.index(answer["commit"]) : line.index(last["commit"])]
    merged = [each for each in state["pulls"].values() if each["merge_commit"] in new]
    told = [each for each in merged if not {"internal", "unreleased"} & {*each["labels"]}]
    assert answer["pulls"] == sorted(each["number"] for each in told)
    (release,) = written("cut-release", "releases_create")
    assert release["notes"] == {str(each["number"]): each["title"] for each in told}
    minor = any("feature" in each["labels"] for each in merged)
    assert answer["tag"] == ("v1.5.0" if minor else "v1.4.1")
    unreleased = {each["number"] for each in state["pulls"].values() if "unreleased" in each["labels"]}
    off = [name for name, flag in state["flags"].items() if flag["on"] and flag["pull"] in unreleased]
    assert [each["name"] for each in written("cut-release", "flags_set")] == off


def test_issues_go_to_the_first_owner_who_is_there() -> None:
    rules = [
        line.split()
        for line in file_at(INITIAL, INITIAL["branches"]["main"], "CODEOWNERS").splitlines()
        if not line.startswith("#")
    ]
    for issue, path in ((7, "shop/reports.py"), (15, "shop/gifts.py")):
        fitting = [
            owners
            for pattern, *owners in rules
            if re.fullmatch(
                {"*": ".*", "*.md": r".*\.md"}.get(pattern, re.escape(pattern.lstrip("/")) + ".*"), path
            )
        ]
        there = [each[1:] for each in fitting[-1] if not INITIAL["people"][each[1:]]["away"]]
        assert tasks_of(DOMAIN)["triage-two"]["answer"][f"issue_{issue}"] == there[0]


def test_what_is_ready_has_an_approval_of_its_newest_commit() -> None:
    answer = tasks_of(DOMAIN)["merge-what-is-ready"]["answer"]
    approved, newest = set(), set()
    for pull in INITIAL["pulls"].values():
        for review in pull["reviews"] if pull["state"] == "open" else ():
            approved.add(pull["number"])
            if review["commit"] == INITIAL["branches"][pull["head"]]:
                newest.add(pull["number"])
    assert approved == {*answer["merged"], *answer["waiting"]}
    assert newest - {18} == {*answer["merged"]}  # the tests of 18 fail


def test_a_conflict_leaves_the_higher_fee_and_the_lower_weight() -> None:
    main, theirs = (
        tomllib.loads(file_at(INITIAL, INITIAL["branches"][each], "config/settings.toml"))
        for each in ("main", "island-fee")
    )
    (merge,) = written("resolve-conflict", "branches_merge")
    assert tomllib.loads(merge["resolutions"]["config/settings.toml"]) == {
        **main,
        **theirs,
        "fee_heavy": max(main["fee_heavy"], theirs["fee_heavy"]),
        "free_over_weight": min(main["free_over_weight"], theirs["free_over_weight"]),
    }
    assert main["fee_heavy"] > theirs["fee_heavy"]
    assert main["free_over_weight"] > theirs["free_over_weight"]


def test_the_secret_is_the_one_whose_value_ends_as_the_settings() -> None:
    state = state_of("remove-leaked-secret")
    answer = tasks_of(DOMAIN)["remove-leaked-secret"]["answer"]
    settings = tomllib.loads(file_at(state, state["branches"]["main"], "config/settings.toml"))
    (value,) = [each for name, each in settings.items() if name == "payment_key"]
    assert [name for name, row in state["secrets"].items() if value.endswith(row["ends_with"])] == [
        answer["secret"]
    ]
    line = line_of(state, state["branches"]["main"])
    first = [each for each in line if value in str(state["commits"][each]["changes"])][-1]
    assert [row["number"] for row in state["pulls"].values() if row["merge_commit"] == first] == [
        answer["introduced_by"]
    ]


def test_main_breaks_with_the_commit_that_is_undone() -> None:
    state = state_of("revert-broken-commit")
    culprit = tasks_of(DOMAIN)["revert-broken-commit"]["answer"]["commit"]
    line = line_of(state, state["branches"]["main"])
    prices = {each: file_at(state, each, "shop/prices.py") for each in line}
    broken = [each for each in line if "/ 100" in prices[each] and "// 100" not in prices[each]]
    assert broken == line[: line.index(culprit) + 1]
