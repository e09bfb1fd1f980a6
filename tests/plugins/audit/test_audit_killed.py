"""Two processes that are killed at any moment lose nothing that was confirmed: no gap, and no fork."""

from random import Random

from audit_killing import kill_and_look
from interlock import LogEntry
from interlock.types.logs import LogQuery


async def test_what_was_confirmed_is_there_and_the_next_process_anchors_it(place):
    place.checkpoints.touch()
    for seed in range(2):
        assert kill_and_look(place, Random(seed)) > 0
    log = place.open()
    await log.append([LogEntry(kind="x.y", id="after")])
    await log.aclose()
    report = place.verify()
    assert (report.findings, report.unanchored, len(report.chains)) == ([], 0, 5)
    assert (await log.read(LogQuery(limit=10_000)))[-1].id == "after"
    await log.aclose()
