"""What never waits for each other has queues, and workers, of its own. Known before the settings are."""

# Deadlines; messages, whose servers may hang; everything else that takes a moment.
PULSING = ("engine", "deliveries", "default")  # their workers give a sign of life every few seconds
# An import keeps its worker for as long as it takes, and so does a model that looks at posts: nothing follows from
# the silence of these.
QUEUES = (*PULSING, "imports", "understanding")
