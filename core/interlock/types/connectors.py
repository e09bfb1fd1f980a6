"""The kinds of connectors that are known without their plugin."""

from collections.abc import Mapping

CONNECTORS: Mapping[str, str] = {
    "github": "interlock-github",
    "jira": "interlock-jira",
    "mcp": "interlock-mcp",
    "openapi": "interlock-openapi",
    "salesforce": "interlock-salesforce",
    "sap": "interlock-sap",
    "slack": "interlock-slack",
}
"""Kind -> the distribution that offers it."""
