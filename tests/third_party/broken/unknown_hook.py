"""A plugin with a hook that does not exist, beside one that does."""

from interlock import hookimpl
from interlock.testing import ScriptedProvider


@hookimpl
def interlock_provider():
    return []


@hookimpl
def interlock_providers():
    return [ScriptedProvider([], "misspelt")]
