"""The verbs `interlock serve` and `interlock keys`."""
