"""The pages on which reviewers compare two answers."""
