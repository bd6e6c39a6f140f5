"""Messages that recall what is coming: planned, grouped by person, read again and sent, or told by someone.

`planning` decides who is to be told; `facts` reads what is coming; `wording` says it; `sending` sends it and records
what became of it; `handling` is what people do by hand: calls, letters, a reminder at once.
"""
