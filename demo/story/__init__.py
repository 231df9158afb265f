"""The story that `manage.py load_demo` tells: a fictional airline, what went wrong there, and what is going on now.

Nothing in here is used by the product itself. Every change of a status goes through the product's own actions, so the
journal, the clocks and the alerts are what the product writes; only the time is set (see `clock`).
"""
