"""What other links of the chain may want to know of lots."""

from django.dispatch import Signal

withdrawing = Signal()  # lot: about to be withdrawn; a receiver refuses by raising Refusal
