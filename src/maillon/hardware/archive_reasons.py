"""Why an archive, or a file in it, was not taken, and what its sender can do."""

import lzma

from maillon.hardware.foreign import refuse
from maillon.hardware.messages import _
from maillon.hardware.model import Limits, Unreadable

_IN_PARTS = _("Send it in several parts.")


def no_archive() -> Unreadable:
    return refuse(
        _("This is not an archive that can be opened here."), _("Pack the files as .zip or .tar.gz and send that.")
    )


def damaged(damage: Exception) -> Unreadable:
    if isinstance(damage, lzma.LZMAError) and "emory" in str(damage):
        return refuse(
            _("Unpacking this would take too much memory."),
            _("Pack the files again with ordinary settings, as .zip or .tar.gz."),
        )
    return refuse(
        _("The archive is damaged or was cut short: what follows is lost."),
        _("Copy it again from where it was made, or pack the files again."),
    )


def document() -> Unreadable:
    return refuse(
        _("This is a text document or a slide show."),
        _("Copy the tool's output from it into a plain text file (.txt) and send that file."),
    )


def link() -> Unreadable:
    return refuse(_("This is a link to another file, not a file."), _("Put the file itself in the archive."))


def device() -> Unreadable:
    return refuse(
        _("This is a device, a pipe or a file with holes, not an ordinary file."),
        _("Copy what it holds into an ordinary file and send that."),
    )


def outside() -> Unreadable:
    return refuse(
        _("Its name points outside of the archive."),
        _("Pack the folder again from the folder itself, without absolute paths or “..”."),
    )


def encrypted() -> Unreadable:
    return refuse(
        _("This member is encrypted."),
        _("Unpack the archive with its password and pack the files again without one."),
    )


def unknown_method() -> Unreadable:
    return refuse(
        _("This member is compressed in a way that is not known here."),
        _("Pack the files again with the ordinary zip method (“deflate”), or as .tar.gz."),
    )


def unopened(error: OSError) -> Unreadable:
    return refuse(
        _("The file can not be opened (%(error)s)."),
        _("Give the right to read it, or copy it elsewhere."),
        error=error.strerror or "?",
    )


def bomb() -> Unreadable:
    return refuse(
        _("It would unpack to an absurd size: this looks like a decompression bomb."),
        _("Send the files themselves, or an archive of them that you made."),
    )


def too_deep() -> Unreadable:
    return refuse(
        _("This archive is inside an archive that is itself inside an archive."),
        _("Unpack the outer one and send the inner ones."),
    )


def member_too_big(size: int, limits: Limits) -> Unreadable:
    return refuse(
        _("This file is too big (%(size)d MiB; at most %(limit)d MiB are read)."),
        _("Send the output of one machine a file, or split the list."),
        size=size >> 20,
        limit=limits.input_bytes >> 20,
    )


def input_too_big(limits: Limits) -> Unreadable:
    return refuse(_("The file is bigger than %(limit)d MiB."), _IN_PARTS, limit=limits.input_bytes >> 20)


def too_big(limits: Limits) -> Unreadable:
    return refuse(
        _("The archive unpacks to more than %(limit)d MiB: the rest was left."),
        _IN_PARTS,
        limit=limits.unpacked_bytes >> 20,
    )


def too_many(limits: Limits) -> Unreadable:
    return refuse(_("It holds more than %(limit)d files: the rest was left."), _IN_PARTS, limit=limits.members)


def too_slow(limits: Limits) -> Unreadable:
    return refuse(
        _("Unpacking took more than %(limit)d seconds: the rest was left."), _IN_PARTS, limit=int(limits.seconds)
    )
