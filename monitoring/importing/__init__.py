"""A file of mentions on its way in. Start at `run`; imports point down this list, and from here to `actions`, only.

run         what an import waits for: the look at the file, storing it, taking it back
preview     what a person sees and decides before anything is stored
findings    what is said of it and needs no answer
survey      what a whole table shows with certain columns
rows        one record → one row, or the reason why not
storing     rows → tables
row_lists   rejected and repaired records → a CSV file for the person who imports
plan        how a file is read: what was proposed, answered and accepted
identity    which post a row is
meaning/    columns and cells → fields and values
reading/    bytes of any format → tables of text
"""
