"""What other links of the chain may want to know of requests."""

from django.dispatch import Signal

# request (locked), actor, closing: it is about to close without a machine, in the same transaction. Who promised it one
# takes the promise back and answers whether the request holds machines; a receiver refuses by raising Refusal.
closing = Signal()

# request (locked): nothing of who it is for is left, in the same transaction. Who keeps words about it erases them.
forgotten = Signal()
