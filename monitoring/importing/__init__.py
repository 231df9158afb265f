"""A file of mentions on its way in. Start at `run`; imports point down this list, and from here to `actions`, only.

run         drives one import: lease it, inspect the file, store it batch by batch, look for spikes, end it
inspection  reads the whole file once before anything is stored, and finds the brands that are new
batches     records of the file → batches of rows and rejected records
csv_file    an open file → its header and its records; `file_kind` and `lines` are the two steps before
rows        one record → one row, or the reason why not; `values` reads single cells
columns     which column holds what, by its name
storing     rows → table
rejects_file  rejected records → a CSV file for the person who imports
records     what a reader hands on: `Record`
faults      what is wrong with a file or a row, in words for that person
"""
