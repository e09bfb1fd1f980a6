"""What a connector and its tools must keep to."""

import inspect

from interlock.protocols import API, Connector, Tool
from interlock.testing.effect_rules import EffectRules
from interlock.testing.rules import expect
from interlock.testing.tool_rules import finished


class ConnectorConformance(EffectRules):
    """The rules for connectors, and for each of their tools. A subclass sets `connector`, to an instance."""

    connector: Connector

    def tools(self) -> list[Tool]:
        """The connector's tools, each of which the rules are for."""
        return list(finished(self.connector.tools, "tools"))

    def test_is_a_connector(self) -> None:
        connector = self.connector
        expect(isinstance(connector, Connector), f"{connector!r} is no Connector: it needs api, name, tools")
        expect(not isinstance(connector, type), "give an instance, not the class")
        expect(connector.api == API, f"api is {connector.api!r}; this version speaks {API}")
        expect(isinstance(connector.name, str) and connector.name, "name must be text")
        expect(inspect.iscoroutinefunction(connector.tools), "tools must be a coroutine function")
