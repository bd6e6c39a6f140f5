"""What other links of the chain may want to know of organisations."""

from django.dispatch import Signal

renamed = Signal()  # organisation: the one whose name changed; sent inside the command's transaction
removing_place = Signal()  # place: about to be removed; a receiver refuses by raising Refusal
