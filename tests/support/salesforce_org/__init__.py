"""An org of Salesforce's, kept in memory: its REST API as far as a connector speaks it.

It is written after Salesforce's own pages (REST API, Bulk API 2.0, SOQL, 2026-11) and passes the calls of
simple-salesforce. What it does not know it refuses, as Salesforce does.
"""

from salesforce_org.http import KEY, SECRET, USER, SalesforceOrg
from salesforce_org.records import Org

__all__ = ["KEY", "SECRET", "USER", "Org", "SalesforceOrg"]
