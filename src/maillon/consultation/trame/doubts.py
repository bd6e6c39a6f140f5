"""What each doubt says to a person, and what to do."""

from collections.abc import Mapping

from maillon.consultation.trame.model import Doubt, DoubtKind
from maillon.hardware.messages import Message, _

_SAYS: Mapping[DoubtKind, str] = {
    DoubtKind.UNTICKED_BUT_COUNTED: _("“%(text)s” is counted but its box is not ticked. Were they there?"),
    DoubtKind.TICKED_NOT_COUNTED: _("“%(text)s” is ticked without a number. How many were they?"),
    DoubtKind.TO_COMPLETE: _("“%(text)s”: the number is still to be completed."),
    DoubtKind.EMPTY_BULLET: _("An empty bullet was left out."),
    DoubtKind.INHERITED_THEME: _("No theme was written here: it was taken from the row above, “%(text)s”."),
    DoubtKind.NO_THEME: _("No theme was written here, nor above. Choose one."),
    DoubtKind.EXTRA_CELL: _("“%(text)s” stands in a cell that no column announces. It was put in the last column."),
    DoubtKind.MERGED_CELLS: _("“%(text)s” covers several cells. It was put in the first of them."),
    DoubtKind.NESTED_TABLE: _("A table stands within a table: its lines were kept, not its columns."),
    DoubtKind.REWORDED_LABEL: _("“%(text)s” is not the wording of the trame. See whether it says more."),
    DoubtKind.UNKNOWN_TABLE: _(
        "This table is none of the trame's (“%(text)s”): its lines are among what has no place."
    ),
    DoubtKind.TRACKED_CHANGES: _("Text that was deleted under tracked changes was left out: “%(text)s”."),
    DoubtKind.COMMENT: _("A comment in the margin was left out: “%(text)s”."),
    DoubtKind.MACROS: _("The document holds macros. They were not run, and are not kept when it is written again."),
    DoubtKind.PICTURE: _("A picture was left out: “%(text)s”. If it holds words, type them."),
    DoubtKind.FOOTNOTE: _("A note at the foot of the page was put at the end of its line."),
}


def said(doubt: Doubt) -> Message:
    return Message(_SAYS[doubt.kind], {"text": doubt.text or "?"})
