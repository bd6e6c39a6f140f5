from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AllocationConfig(AppConfig):
    name = "maillon.allocation"

    def ready(self) -> None:
        from maillon.allocation.promises import follow_step, take_back
        from maillon.allocation.reviews import RETENTION, forget, given
        from maillon.allocation.showing import family_part, letter_reasons, request_part
        from maillon.allocation.waiting import waiting
        from maillon.kernel import navigation, retention, start
        from maillon.needs import family, letter, own_data, pages
        from maillon.needs.signals import closing, forgotten
        from maillon.workshop.signals import step_taken

        step_taken.connect(follow_step)
        closing.connect(take_back)
        forgotten.connect(forget)
        retention.add(RETENTION, order=20)
        navigation.add(
            navigation.Item(
                _("Allocation"), "allocation:campaigns", "list-check", "allocation.view", order=12, group=_("Needs")
            )
        )
        start.add("allocation.view", waiting, order=5, group=_("Needs"))
        pages.add_part("allocation/_request.html", request_part, order=20)
        family.add_part("allocation/_family.html", family_part, order=20)
        letter.add_reasons(letter_reasons)
        own_data.add(given)
