"""Two who work on one run: one that is stopped and taken for dead, or one that dies while the other works."""

import time

from forkserver import ForkServer
from judge import Verdict
from playing import Case, Stage
from points import Kill


def rise(case: Case, point: str, stage: Stage, successor: ForkServer) -> Verdict:
    """Stop a life at that point of the first step, let `successor` finish the run, and let it go on."""
    life = stage.life(case)
    ended = stage.server.live(life | {"stops": point, "step": 0})
    assert ended.stopped, f"{case.run} was not stopped at {point}: {ended}"
    time.sleep(life["lease"])
    after = successor.live(life | {"nth": 1})
    stage.server.go_on()
    return stage.judged(case, [Kill(point, 0)], after.code)


def race(case: Case, kill: Kill, stage: Stage, rival: ForkServer) -> Verdict:
    """Begin the run twice at once, and kill one of the two."""
    life = stage.life(case)
    stage.server.begin(life | kill._asdict())
    rival.begin(life | {"nth": 1})
    killed, ended = stage.server.end().killed, rival.end()
    return stage.judged(case, [kill] if killed else [], ended.code)
