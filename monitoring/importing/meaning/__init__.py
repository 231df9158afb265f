"""What columns and cells mean: moments, counts, sentiments, addresses. Nothing in here opens a file."""
