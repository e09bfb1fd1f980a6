"""How attempts are spread over deployments, and how many there may be at once."""

from typing import Literal

from interlock.config.schema import Count, Limit, Part, Seconds


class LoadConfig(Part):
    """`balance` left out means `weighted` when a deployment has a weight, else `none`.

    `max_concurrency` counts attempts of the whole router, `queue` those that may wait at each limit,
    `queue_timeout` is in seconds.
    """

    balance: Literal["none", "weighted", "least_busy", "latency"] | None = None
    announced: bool = True
    max_concurrency: Limit | None = None
    queue: Count = 100
    queue_timeout: Seconds = 10.0
