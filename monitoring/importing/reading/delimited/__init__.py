"""Delimited text of any kind as a table: encoding, dialect and header are found, broken rows repaired or said."""
