"""A plugin that forgot the marker."""


def interlock_providers():
    return []
