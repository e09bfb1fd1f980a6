"""The Responses dialect: what vendors of chat completions offer beside it, and some models want instead."""
