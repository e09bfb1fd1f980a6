"""A plugin whose dependency is missing."""

import an_sdk_that_nobody_installed  # noqa: F401 - the point of this plugin
