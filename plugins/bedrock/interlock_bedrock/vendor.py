"""What this provider is called, here and in reasoning that is to come back to it."""

NAME = "bedrock"
