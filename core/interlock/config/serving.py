"""The section `server`: how `interlock serve` presents the router."""

from typing import Literal

from pydantic import Field

from interlock.config.schema import Limit, Part, Seconds, Text


class ServerConfig(Part):
    """What clients of the endpoint meet.

    `aliases` are further names of models, tasks and ensembles. `keys` is where keys are: a YAML file, or the
    URL of a database; `keys_grace` is in seconds: how long keys that are known go on while it is down.
    `approvals` is the URL of the database of agents whose approvals are given on the server's pages.
    `largest_body` is in bytes, `grace` in seconds: how long answers under way may take once the server is
    told to stop. `metrics` says who may see its numbers: keys that see the pages, or everybody.
    """

    keys: Text | None = None
    keys_grace: Seconds = 300.0
    approvals: Text | None = None
    aliases: dict[Text, Text] = Field(default_factory=dict)
    largest_body: Limit = 33_554_432
    grace: Seconds = 30.0
    metrics: Literal["keyed", "open"] = "keyed"
