"""What the rest of the platform asks of help."""

from django.utils.translation import gettext_lazy as _


def wire() -> None:
    from maillon.distribution.help import breakdowns, events, jobs, parts  # noqa: F401 - events register
    from maillon.distribution.help.commands import follow_step
    from maillon.distribution.help.waiting import waiting
    from maillon.kernel import navigation, start
    from maillon.needs import family, own_data
    from maillon.needs.signals import forgotten
    from maillon.workshop import additions
    from maillon.workshop.signals import step_taken

    navigation.add(
        navigation.Item(_("Help"), "help:queue", "life-preserver", "help.view", order=48, group=_("Handing over"))
    )
    start.add("help.view", waiting, order=16, group=_("Handing over"))
    start.welcome("help/_welcome.html")
    additions.add(additions.DEVICE, "help/_device.html", parts.on_device, order=40)
    additions.add(additions.PASSPORT, "help/_passport.html", parts.on_passport, order=40)
    additions.add_notes(breakdowns.notes_on_checks)
    family.add_part("help/_family.html", parts.on_family_page, order=60)
    own_data.add(parts.given)
    step_taken.connect(follow_step, dispatch_uid="help")
    forgotten.connect(jobs.forget_of_request, dispatch_uid="help")
