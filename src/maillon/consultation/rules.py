"""How long reports of consultations are kept, as /donnees/ publishes it."""

from maillon.hardware.messages import Message, _
from maillon.kernel.retention import Kept

RETENTION = (
    Kept(
        key="report",
        what=Message(_("A report of a consultation (encrypted): the names of who led it, the words of who took part")),
        readers=Message(_("The organisation that received it, alone")),
        period=Message(_("Until that organisation erases it")),
        then=Message(_("Erased, with the file it was read from")),
        source=Message(_("ours, a judgement")),
    ),
)
