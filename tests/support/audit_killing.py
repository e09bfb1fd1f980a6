"""Two processes that append to one audit log, killed at a random moment, and what is there afterwards."""

import random as _random
import signal
import subprocess
import sys
import threading
import time
from typing import Any

from interlock.types.logs import LogCall
from interlock_audit.verifying.reading import checkpoints_in, verify_database
from interlock_sql import address_of

_WRITER = """
import asyncio, sys
from pathlib import Path
from interlock import LogEntry
from interlock.types.logs import LogCall
from interlock.types.models import Secret
from interlock_audit import AuditOptions, opened

url, key, checkpoints = sys.argv[1:]
options = AuditOptions(key=Secret(key), checkpoints=(Path(checkpoints),), every=20, seconds=0.05)

async def go():
    log = opened(LogCall(url=url, options=options))
    while True:
        entries = [LogEntry(kind="x.y", facts={"share": 0.5}) for _ in range(3)]
        await asyncio.gather(*(log.append([entry]) for entry in entries))
        print(" ".join(entry.id for entry in entries), flush=True)

asyncio.run(go())
"""


class _Child:
    def __init__(self, place: Any) -> None:
        command = [sys.executable, "-c", _WRITER, place.url, place.key_text, str(place.checkpoints)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.lines.extend(line for line in self.process.stdout if line.endswith("\n"))

    def kill(self) -> list[str]:
        """What it has confirmed."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(60)
        self._reader.join(60)
        said = self.process.stderr.read() if self.process.stderr else ""
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()
        assert said == "", said
        return [each for line in self.lines for each in line.split()]


def kill_and_look(place: Any, random: _random.Random) -> int:
    """How many entries two processes had confirmed; all are there once, and the log is whole.

    `place` has `url`, `key`, `key_text`, `checkpoints` and `ids`.
    """
    children = [_Child(place), _Child(place)]
    due = time.monotonic() + 60
    while not all(child.lines for child in children) and time.monotonic() < due:
        time.sleep(0.01)
    time.sleep(random.uniform(0, 0.3))
    random.shuffle(children)
    confirmed = children[0].kill()
    time.sleep(random.uniform(0, 0.1))
    confirmed += children[1].kill()
    address = address_of(LogCall(url=place.url.removeprefix("audit+")))
    report = verify_database(address, sources=[checkpoints_in(place.checkpoints)], keys=[place.key.public])
    assert report.findings == [], report.findings
    kept = place.ids()
    assert len(kept) == len(set(kept))
    missing = set(confirmed) - set(kept)
    assert not missing, f"{len(missing)} confirmed entries are not there"
    assert confirmed
    return len(confirmed)
