"""Blocks: events made quick to search, and never out of step with the events themselves.

Events are never changed and never removed. So runs of them, by id, are *sealed*: a block holds, for up to 65,536
events, which of them hold each character, each pair and each triple of neighbouring characters, and their columns.
Events that no block holds yet are read as they stand. A block is made only of events that are there for good, and can
always be made again: what a search finds never depends on what is sealed, only how fast it finds it.

`letters` cuts texts, `leaves` stores who holds which letters, `columns` the rest, `sealing` makes blocks, `sealed` and
`loose` read both kinds of events alike, `evaluation` answers an expression over one of them, `finder` over all.
"""
