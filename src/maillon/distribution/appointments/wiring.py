"""What appointments add to the rest of the platform when it starts."""


def wire() -> None:
    from maillon.distribution.appointments import commands, jobs
    from maillon.distribution.appointments.signals import slot_freed
    from maillon.needs.signals import closing
    from maillon.territory.signals import removing_place

    closing.connect(commands.cancel_of_request)
    removing_place.connect(commands.keep_places_expected)
    slot_freed.connect(jobs.slot_freed)
