"""From the bytes of any export to tables of text. Nothing in here knows what a mention is. Start at `opening`."""
