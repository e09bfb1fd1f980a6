"""The nouns of Interlock: frozen data from the standard library alone."""
