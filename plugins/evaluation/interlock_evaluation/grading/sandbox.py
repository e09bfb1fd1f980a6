"""Programs that nobody has read, run apart: without network, environment, much memory or much time.

It keeps a slip from doing harm. Whoever expects programs that mean harm runs the evaluation in a container.
"""

import asyncio
import os
import shutil
import signal
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from subprocess import DEVNULL, PIPE, STDOUT, run
from typing import Final

_MEMORY: Final = 512 * 1024**2
_FILE: Final = 16 * 1024**2
_FILES: Final = 64
_SHOWN: Final = 64 * 1024  # bytes of what it prints
_APART: Final = ("unshare", "--user", "--map-root-user", "--net")

# Set by the child itself: what is set between fork and exec may hang in a program that has threads.
_LIMITED: Final = """
import resource, runpy, sys
seconds, memory, size, files = map(int, sys.argv[1:5])
for what, most in (
    (resource.RLIMIT_CPU, seconds),
    (resource.RLIMIT_AS, memory),
    (resource.RLIMIT_FSIZE, size),
    (resource.RLIMIT_NOFILE, files),
    (resource.RLIMIT_CORE, 0),
):
    resource.setrlimit(what, (most, most))
sys.argv = ["program.py"]
runpy.run_path("program.py", run_name="__main__")
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What came of it. `code` is None where its time was over."""

    code: int | None
    printed: str


@cache
def networkless() -> bool:
    """Whether programs can be kept from the network here."""
    if shutil.which(_APART[0]) is None:
        return False
    try:
        return run([*_APART, "true"], stdout=DEVNULL, stderr=DEVNULL, timeout=10, check=False).returncode == 0  # noqa: S603 - our own words
    except (OSError, TimeoutError):
        return False


async def run_python(program: str, *, seconds: float) -> Ran:
    """Run it in an empty folder that is gone afterwards, with all that it has started.

    Raises OSError where it cannot be started.
    """
    folder = tempfile.mkdtemp(prefix="interlock-eval-")
    try:
        (Path(folder) / "program.py").write_text(program, encoding="utf-8", errors="replace")
        return await _run(folder, seconds)
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


async def _run(folder: str, seconds: float) -> Ran:
    limits = (int(seconds) + 1, _MEMORY, _FILE, _FILES)
    apart = _APART if networkless() else ()
    child = await asyncio.create_subprocess_exec(
        *apart,
        *(sys.executable, "-I", "-S", "-u", "-c", _LIMITED, *map(str, limits)),
        cwd=folder,
        env={"PATH": os.defpath, "HOME": folder, "TMPDIR": folder, "LANG": "C.UTF-8"},
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=STDOUT,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(seconds):
            printed = await _printed(child.stdout)
            code: int | None = await child.wait()
    except TimeoutError:
        code, printed = None, b""
    finally:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        await child.wait()
    return Ran(code=code, printed=printed.decode(errors="replace"))


async def _printed(stream: asyncio.StreamReader | None) -> bytes:
    """The end of what it prints; it may print without end, and is read on."""
    kept = b""
    while stream is not None and (piece := await stream.read(_SHOWN)):
        kept = (kept + piece)[-_SHOWN:]
    return kept
