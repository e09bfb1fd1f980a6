"""A plugin whose dependency is missing."""

import an_sdk_that_nobody_installed
