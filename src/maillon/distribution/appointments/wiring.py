"""What appointments add to the rest of the platform when it starts."""

from django.utils.translation import gettext_lazy as _


def wire() -> None:
    from maillon.distribution.appointments import commands, jobs
    from maillon.distribution.appointments.family_views import letter_day, part
    from maillon.distribution.appointments.pages import request_part
    from maillon.distribution.appointments.rules import RETENTION
    from maillon.distribution.appointments.signals import slot_freed
    from maillon.distribution.appointments.waiting import waiting
    from maillon.kernel import navigation, retention, start
    from maillon.needs import family, letter, pages
    from maillon.needs.signals import closing
    from maillon.territory.signals import removing_place
    from maillon.workshop.signals import step_taken

    item = navigation.Item(
        _("Appointments"), "appointments:list", "calendar-event", "handover.view", order=40, group=_("Handing over")
    )
    navigation.add(item)
    start.add("handover.view", waiting, order=12, group=_("Handing over"))
    family.add_part("appointments/_family.html", part, order=70)
    letter.add_day(letter_day)
    pages.add_part("appointments/_request.html", request_part, order=10)
    retention.add(*RETENTION, order=35)
    closing.connect(commands.cancel_of_request)
    removing_place.connect(commands.keep_places_expected)
    slot_freed.connect(jobs.slot_freed)
    step_taken.connect(commands.follow_step, dispatch_uid="appointments")
