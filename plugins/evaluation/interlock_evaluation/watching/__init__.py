"""Whether what was measured still holds: recorded traffic on a cadence, and evidence that is stale."""
