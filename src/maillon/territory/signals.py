"""What other links of the chain may want to know of organisations."""

from django.dispatch import Signal

renamed = Signal()  # organisation: the one whose name changed; sent inside the command's transaction
