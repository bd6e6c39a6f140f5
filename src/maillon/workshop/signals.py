"""What other links of the chain may want to know of devices."""

from django.dispatch import Signal

# device, step (its name), answers (what the step asked), actor, at. Sent inside the transaction, the device's row
# locked and the step written; a receiver refuses by raising Refusal.
step_taken = Signal()
