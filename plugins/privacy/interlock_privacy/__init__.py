"""Personal data in what is sent: finds it by rules and checksums."""
