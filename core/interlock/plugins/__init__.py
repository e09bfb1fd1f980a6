"""Plugins: found, kept apart from each other, and asked what they offer."""

from interlock.plugins.host import GROUP, Claim, PluginHost, PluginReport

__all__ = ["GROUP", "Claim", "PluginHost", "PluginReport"]
