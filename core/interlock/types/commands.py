"""Verbs of the command line that are known whether or not their plugin is installed."""

from collections.abc import Mapping

_OWN = ("ask", "doctor", "explain", "init", "log", "models", "plugins", "records", "replay", "tools", "trace")

COMMANDS: Mapping[str, str] = {
    **dict.fromkeys(_OWN, "interlock"),
    "drill": "interlock-drill",
}
"""Verb -> the distribution that it belongs to."""
