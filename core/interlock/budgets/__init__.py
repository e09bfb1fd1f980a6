"""How much may be spent in a calendar window, and how much is. Pure state, with a given clock."""
