"""Runs a program for as long as standard input stays open: `python lifeline.py PROGRAM ARGUMENT...`.

The test process holds the other end, so that the program ends with it however it ends, SIGKILL included.
"""

import os
import subprocess
import sys
import threading

GRACE = 5.0


def main() -> None:
    """Ends with the program's own exit code, or 0 when it was told to end."""
    process = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
    threading.Thread(target=lambda: os._exit(process.wait()), daemon=True).start()
    sys.stdin.buffer.read()
    process.terminate()
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
    os._exit(0)


if __name__ == "__main__":
    main()
