"""What other rooms may want to know of appointments."""

from django.dispatch import Signal

slot_freed = Signal()  # place, starts_at: a slot that was taken is free again; sent in the command's transaction
