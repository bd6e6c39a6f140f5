"""One module per format. Each offers

`recognise(head: str) -> bool`: does this text (its first 64 kB, NULs and BOM already removed) look like ours?
`parse(text: str, where: Where) -> Machine` (or `-> Reading` for formats that hold several machines or warn).

A reader states only what its input says; merging, kind and judgement are elsewhere. A reader never raises on bad
content: a value it can not understand is left out (with a warning where it matters).
"""
