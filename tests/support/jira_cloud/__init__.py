"""A stand-in for Jira Cloud: a site that keeps its issues, serves HTTP on this machine, and has an index.

with CloudSite() as site:
    site.lag = 5.0  # the search shows what is so many seconds old
    ... site.url, site.key ...
"""

from jira_cloud.site import CloudSite

__all__ = ["CloudSite"]
