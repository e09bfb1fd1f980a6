"""Says what is wrong with a log, what its checkpoints prove, and what nobody can tell."""

from interlock_audit.verifying.findings import ChainState, Finding, Limit, Report, Source, Used
from interlock_audit.verifying.verify import TOLERANCE, verify

__all__ = ["TOLERANCE", "ChainState", "Finding", "Limit", "Report", "Source", "Used", "verify"]
