"""What other rooms may want to know of appointments."""

from django.dispatch import Signal

# place, starts_at, request_id: a slot that this request held is free again; sent in the command's transaction
slot_freed = Signal()
