"""Verbs of the command line that are known whether or not their plugin is installed."""

from collections.abc import Mapping

OWN_COMMANDS = (
    *("ask", "panel", "explain", "models", "tools", "policy", "plugins", "doctor"),
    *("trace", "records", "log", "replay", "routes", "init"),
)
"""Interlock's own, in the order in which they are listed."""

COMMANDS: Mapping[str, str] = {
    **dict.fromkeys(OWN_COMMANDS, "interlock"),
    "agent": "interlock-agents",
    **dict.fromkeys(("work", "jobs"), "interlock-dbos"),
    "audit": "interlock-audit",
    "drill": "interlock-drill",
    "guard": "interlock-guardrails",
    "tasks": "interlock-embeddings",
    "eval": "interlock-evaluation",
    "mcp": "interlock-mcp",
    **dict.fromkeys(("serve", "keys"), "interlock-server"),
    **dict.fromkeys(("inventory", "candidates", "assess", "vendors", "dossier"), "interlock-governance"),
}
"""Verb -> the distribution that it belongs to."""
