"""An endpoint in front of a router, for clients that speak the dialects of OpenAI and Anthropic."""
