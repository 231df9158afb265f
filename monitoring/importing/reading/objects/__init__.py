"""JSON in all its shapes: documents, lines, JavaScript archives, outboxes, messengers. Start at `finding.open_objects`.

The list of records is found by its brackets, each record is cut out and read alone: memory is that of one record, and
a damaged record is the fault of itself only. Numbers are never made floats, so that long ids keep their digits.
"""
