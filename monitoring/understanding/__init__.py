"""What the words of a post say by themselves: its language, an estimate of its sentiment, words of worry.

Pure functions over texts; nothing here touches the database, the network or the task queue.
"""
