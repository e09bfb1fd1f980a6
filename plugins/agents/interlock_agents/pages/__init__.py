"""The page on which people answer what waits for them: HTML that the server makes, without a script."""
