"""What is stored of handovers and of what follows: each room of the app has its own tables."""

from maillon.distribution.agreements.models import (  # noqa: F401 - its tables
    Agreement,
    Item,
    OneTimeCode,
    Paper,
    Photo,
    Terms,
)
from maillon.distribution.appointments.models import (  # noqa: F401 - its tables
    Appointment,
    Closure,
    Desk,
    Feed,
    Reminder,
    ReminderLine,
    WaitingEntry,
)
from maillon.distribution.donor_report.models import RetiredStock  # noqa: F401 - its table
from maillon.distribution.help.models import OthersRepair, Repair, Ticket  # noqa: F401 - its tables
from maillon.distribution.loans.models import Recall, RecallLine  # noqa: F401 - its tables
