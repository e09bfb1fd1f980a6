"""A worker that is stopped before it sends, is taken for dead, and goes on once another has done its work."""

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
