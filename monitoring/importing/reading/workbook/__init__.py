"""XLSX workbooks: a small reader of their XML that keeps nothing but the row at hand. Start at `sheets.open_workbook`.

Libraries load a sheet as a whole, abort the process on a stray far cell, or fail at the styles of some tools
(measured). Formulas are never calculated: what Excel has stored as their value is read.
"""
