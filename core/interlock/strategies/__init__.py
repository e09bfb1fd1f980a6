"""Orders of attempts, as pure generators."""
