"""Runs: plans, or goals alone, worked on in strands; every call is counted, every effect accounted for."""
