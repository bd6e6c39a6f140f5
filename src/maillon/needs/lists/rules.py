"""How long lists of requests are kept, as /donnees/ publishes it. `jobs.erase_lists` does it."""

from maillon.hardware.messages import Message, _
from maillon.kernel.retention import Kept
from maillon.needs.rules import OURS

RETENTION = (
    Kept(
        key="request_list",
        what=Message(_("A list of requests as its prescriber sent it (encrypted), and its rows left to correct")),
        readers=Message(_("Its prescriber's organisation alone; a colleague's reading is recorded")),
        period=Message(_("Until it is entered; 7 days at most, and as long for the rows left to correct")),
        then=Message(_("Erased by the program; the names it held are kept with each request")),
        source=OURS,
    ),
)
