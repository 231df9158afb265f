"""What can be wrong with what is imported; the message is a sentence for the person who chose the file."""


class FileFault(Exception):
    """The file cannot be imported; the message says what to do. Nothing of it was stored."""


class RowFault(Exception):
    """Why this row is not stored. The others are."""
