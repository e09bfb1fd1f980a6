"""`interlock eval watch`, from the command line, over records of a real router."""

import asyncio
import json
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from interlock import Record
from interlock.cli.app import app
from interlock.testing import Upstream
from interlock.types.stores import StoreCall
from interlock_sql import SqlStore, address_of
from recorded_traffic import DAY, TASKS, Patterns, configuration, said, write_configuration

ROUTES = """\
# learned
format: interlock-routes/1
routes:
  quantitative: [counts, codes]  # +4.0
evidence:
  quantitative: {{id: abc, measured: "{day}", n: 50, over: codes, gain: 0.04, low: 0.01, high: 0.07}}
"""


def put(batch: Sequence[Record]) -> None:
    async def kept() -> None:
        store = SqlStore(address_of(StoreCall(url="sqlite:///calls.db")))
        for at in range(0, len(batch), 500):
            await store.put(batch[at : at + 500])
        await store.aclose()

    asyncio.run(kept())


def watch(*words: str, code: int = 0) -> Any:
    result = CliRunner().invoke(app, ("eval", "watch", *words))
    assert result.exit_code == code, result.output
    return result


def days(calls: Patterns, first: int, last: int, **options: Any) -> None:
    """Calls of the days from `first` until `last` days ago."""
    now, random = time.time(), np.random.default_rng(first)
    put(
        [call for ago in range(first, last, -1) for call in calls.day(now - ago * DAY, random, 60, **options)]
    )


@pytest.fixture
def configured() -> Iterator[Upstream]:
    with Upstream(always=said) as server:
        write_configuration(server.url)
        yield server


def test_the_first_look_sets_the_baseline_and_the_next_ones_say_nothing_until_they_are_due(
    configured: Upstream, calls: Patterns
) -> None:
    days(calls, 20, 0)
    first = watch()
    assert "Baseline: 1,200 calls since" in first.stderr
    assert "Same: The baseline is set; nothing has come since." in first.stderr
    assert "The next look is due" in watch().stderr
    assert "No call was recorded since" in watch("--now", code=3).stderr
    found = json.loads(watch("--now", "--json", code=3).stdout)
    assert (found["verdict"], found["baseline"]["calls"], found["steps"]) == ("not measured", 1200, 2)


def test_drift_ends_with_1_until_it_is_accepted(configured: Upstream, calls: Patterns) -> None:
    days(calls, 30, 8)
    days(calls, 8, 0, failing=0.3, slower=2.0)
    day = datetime.fromtimestamp(time.time() - 8 * DAY, UTC).date()
    found = watch("--baseline", f"2020-01-01..{day}", "--report", "watch.html", code=1)
    assert "errors of codes" in found.stdout
    assert "Unavailable" in found.stderr
    page = Path("watch.html").read_text()
    assert "What has changed since the baseline" in page
    assert "cannot tell" in page
    assert "a watch has begun already; --again" in watch("--baseline", "2020-01-01..", code=2).stderr
    assert "when something changed" in watch("--again").stderr


def test_evidence_is_stale_when_another_model_answers_and_a_run_again_has_its_price(
    configured: Upstream, calls: Patterns
) -> None:
    write_configuration(configured.url, learned_routes="routes.yaml")
    Path("routes.yaml").write_text(ROUTES.format(day=datetime.now(UTC).date()))
    rows = [
        {"id": f"{task}{at}", "prompt": f"{at}", "task": task, "reference": "yes"}
        for task in TASKS[:2]
        for at in range(5)
    ]
    Path("prompts.jsonl").write_text("\n".join(map(json.dumps, rows)))
    words = ("eval", "run", "prompts.jsonl", "--run", "spring", "--grader", "exact", "--model", "codes")
    assert CliRunner().invoke(app, [*words, "--model", "counts"]).exit_code == 0
    days(calls, 20, 0)
    watch()
    # The day on which routes were measured is not over, so that the look before was.
    put([calls.call(time.time() - 1, "counts", served="counts-2") for _ in range(5)])
    found = json.loads(watch("--now", "--json", "--mark", code=1).stdout)
    (row,) = found["evidence"]
    assert found["verdict"] == "stale"
    assert (
        row["stale"]
        == "counts was served as counts-1 by the run spring, and as counts-2 in 5 of 5 calls since"
    )
    assert found["again"]["command"] == (
        f"interlock eval run prompts.jsonl --model codes --model counts --task {row['task']} --grader exact"
    )
    assert (found["again"]["tasks"], found["again"]["prompts"], found["again"]["calls"]) == (
        [row["task"]],
        5,
        10,
    )
    words = found["again"]["command"].removeprefix("interlock ").split()
    plan = json.loads(CliRunner().invoke(app, ["eval", "plan", *words[2:-2], "--json"]).stdout)
    assert (plan["calls"], plan["cost"]) == (10, found["again"]["cost"])
    assert CliRunner().invoke(app, [*words, "--yes"]).exit_code == 0
    assert Path("routes.yaml").read_text().startswith("# learned\nformat: interlock-routes/1\nroutes:\n")
    told = CliRunner().invoke(app, ["explain", "--task", "quantitative", "What is 2 + 2?"])
    assert "stale: counts was served as counts-1 by the run spring" in " ".join(told.output.split())
    assert "To measure again: `interlock eval run prompts.jsonl" in watch("--now", code=1).stderr
    CliRunner().invoke(app, ["routes", "rollback", "--yes"])
    assert "stale" not in Path("routes.yaml").read_text()


def test_who_answered_is_taken_from_the_routes_own_source(configured: Upstream, calls: Patterns) -> None:
    write_configuration(configured.url, learned_routes="routes.yaml")
    source = "source: {served: {counts: [counts-0], codes: [codes-1], other: 3}}\n"
    Path("routes.yaml").write_text(ROUTES.format(day="2026-01-01") + source)
    days(calls, 10, 0)
    assert json.loads(watch("--json", code=1).stdout)["evidence"][0]["stale"].startswith(
        "counts was served as counts-0 by the answers that routes were learned from, and as counts-1 in "
    )


def test_a_card_that_changes_makes_its_rows_stale(configured: Upstream, calls: Patterns) -> None:
    routes = {"learned_routes": "routes.yaml"}
    write_configuration(configured.url, **routes)
    Path("routes.yaml").write_text(ROUTES.format(day="2026-01-01"))
    days(calls, 10, 0)
    watch()
    dearer = configuration(configured.url, **routes)
    dearer["deployments"][1]["price"] = {"input": 1, "output": 3}
    dearer["deployments"][0]["name"] = "codes-next"
    Path("interlock.yaml").write_text(json.dumps(dearer))
    put([calls.call(time.time() - 1)])
    found = json.loads(watch("--now", "--json", code=1).stdout)
    (row,) = found["evidence"]
    assert "counts: its price in US dollars a million tokens, in and out was 1 and 2" in row["stale"]
    assert "codes: its name at the provider was codes-1" in row["stale"]
    assert "no run" in watch("--now", code=1).stderr.lower()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--baseline", "2026-13-01..2026-10-31"), "expected days such as 2026-10-01..2026-10-31"),
        (("--baseline", "2026-10-02..2026-10-01"), "ends before it begins"),
        (("--baseline", "9999-10-02.."), "ends before it begins, or has not begun"),
        (("--baseline", "0001-01-01..9999-12-31"), "outside the calendar"),
        (("--baseline", "spring"), "there is no run 'spring'"),
        (("--report", "watch.txt"), "ends in neither .html nor .md"),
    ],
)
def test_what_cannot_be_understood_is_refused(
    configured: Upstream, words: tuple[str, ...], told: str
) -> None:
    assert told in watch(*words, code=2).stderr


def test_without_records_there_is_nothing_to_look_at(configured: Upstream) -> None:
    assert "0 calls were recorded since" in watch(code=3).stderr
    write_configuration(configured.url, records="sqlite:///interlock.yaml/calls.db")
    assert "interlock.yaml/calls.db: File exists" in watch(code=3).stderr
    write_configuration(configured.url, records=None)
    assert "nothing says where calls are kept" in watch(code=2).stderr


def test_the_cadence_is_the_configurations(configured: Upstream, calls: Patterns) -> None:
    write_configuration(configured.url, watch={"every": "1 week", "least": 500, "baseline": "15 days"})
    days(calls, 20, 0)
    found = json.loads(watch("--json").stdout)
    assert (found["baseline"]["calls"], found["baseline"]["least"]) == (900, 500)
    due = datetime.fromisoformat(found["due"]).timestamp()
    assert due == pytest.approx(time.time() + 7 * DAY, abs=60)
