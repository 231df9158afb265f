"""Early warning: when is the talk about a brand unusual? Nothing here touches the database.

`docs/early-warning.md` says the method in words and how well it works. The parts, in the order in which they import
each other: `slots` (time), `counting` (posts to voices), `history` (the counts of one stream and what is usual),
`limits` (how far above usual this brand goes by itself), `small` (brands judged by the day), `detector` (one stream,
slot by slot), `brand` (voices and complaints together), `replay` (stored counts, late ones too), `copies`, `priority`
(how urgent a signal looks), `words` (the numbers of the sentences).
"""
