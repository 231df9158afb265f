"""What never waits for each other has queues, and workers, of its own. Known before the settings are."""

# Deadlines; messages, whose servers may hang; imports and everything else.
QUEUES = ("engine", "deliveries", "default")
