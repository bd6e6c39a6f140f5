"""The choices of a request: who it is for, why it comes first, how to reach them, what they need to use a machine.

Nothing of health, nationality, religion or income itself: a criterion says which band or situation, and that someone
saw the proof of it (minimisation, GDPR art. 5; functional needs instead of diagnoses, art. 9).
"""

from collections.abc import Iterable, Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from maillon.hardware.model import Kind


class Beneficiary(models.TextChoices):
    HOUSEHOLD = "household", _("A household")
    PUPIL = "pupil", _("A pupil or student")
    ADULT = "adult", _("An adult")
    GROUP = "group", _("A group (class, association)")


class Criterion(models.TextChoices):
    """What may put a request before another. Their weights are the allocation's rules, published."""

    NO_COMPUTER = "no_computer", _("No computer at home")
    SMARTPHONE_ONLY = "smartphone_only", _("A telephone only")
    SHARED_COMPUTER = "shared_computer", _("Three children or more for one computer")
    SCHOOLING = "schooling", _("Needed for school or studies")
    EXAM_YEAR = "exam_year", _("Exam this year")
    JOB_SEARCH = "job_search", _("Needed to look for work")
    FORMALITIES = "formalities", _("Needed for administrative steps")
    INCOME_A = "income_a", _("Income: lowest band")
    INCOME_B = "income_b", _("Income: second band")
    INCOME_C = "income_c", _("Income: third band")
    SINGLE_PARENT = "single_parent", _("Single parent")
    EMERGENCY_HOUSING = "emergency_housing", _("Emergency or temporary housing")
    RECENT_ACCIDENT = "recent_accident", _("Recent loss of income, separation, fire…")
    NEWCOMER = "newcomer", _("Learning French")
    REPLACEMENT = "replacement", _("Replaces a machine of ours that broke down")


# One of each at most is true of someone.
EQUIPMENT = (Criterion.NO_COMPUTER, Criterion.SMARTPHONE_ONLY, Criterion.SHARED_COMPUTER)
INCOMES = (Criterion.INCOME_A, Criterion.INCOME_B, Criterion.INCOME_C)

# Said by the platform alone, when a machine of ours breaks down: it comes before everything.
OURS = frozenset({Criterion.REPLACEMENT})

# Which need a proof that the prescriber saw ("seen on…"); the others are the prescriber's own word.
PROVED = frozenset(
    {
        Criterion.INCOME_A,
        Criterion.INCOME_B,
        Criterion.INCOME_C,
        Criterion.SINGLE_PARENT,
        Criterion.EMERGENCY_HOUSING,
        Criterion.JOB_SEARCH,
    }
)


class KindOfMachine(models.TextChoices):
    """What a person chooses between; a request keeps the kinds of the stock that each covers."""

    LAPTOP = "laptop", _("A laptop")
    DESKTOP = "desktop", _("A desktop computer")
    TABLET = "tablet", _("A tablet")


KINDS_OF: Mapping[str, frozenset[Kind]] = {
    KindOfMachine.LAPTOP: frozenset({Kind.NOTEBOOK, Kind.CONVERTIBLE}),
    KindOfMachine.DESKTOP: frozenset({Kind.DESKTOP, Kind.ALL_IN_ONE, Kind.MINI_PC}),
    KindOfMachine.TABLET: frozenset({Kind.TABLET}),
}


def kinds_of(chosen: Iterable[str]) -> list[str]:
    """The kinds of the stock for these KindOfMachine values, sorted: what `Request.kinds` holds."""
    return sorted(kind.value for choice in set(chosen) for kind in KINDS_OF[choice])


def chosen_of(kinds: Iterable[str]) -> list[KindOfMachine]:
    """The choices that a request's kinds come from, the common ones first."""
    held = set(kinds)
    return [choice for choice in KindOfMachine if held & {kind.value for kind in KINDS_OF[choice]}]


class Adaptation(models.TextChoices):
    """What the person must be able to do, never why."""

    LARGE_SCREEN = "large_screen", _("A large screen")
    LIGHT = "light", _("Easy to carry")
    SCREEN_READER = "screen_reader", _("A screen reader")
    LARGE_KEYS = "large_keys", _("A keyboard with large letters")
    ONE_HAND = "one_hand", _("Use with one hand")
    SIMPLE = "simple", _("A very simple desktop")


class ContactWay(models.TextChoices):
    """How to reach the person. Many have no e-mail: the prescriber or a letter will do."""

    PRESCRIBER = "prescriber", _("Through the prescriber")
    PHONE = "phone", _("By telephone")
    SMS = "sms", _("By text message")
    POST = "post", _("By post")
    EMAIL = "email", _("By e-mail")


class Language(models.TextChoices):
    """Languages in which someone may read or be spoken to."""

    FRENCH = "fr", _("French")
    EASY_FRENCH = "fr-x-facile", _("Easy French")
    ENGLISH = "en", _("English")
    ARABIC = "ar", _("Arabic")
    SPANISH = "es", _("Spanish")
    PORTUGUESE = "pt", _("Portuguese")
    TURKISH = "tr", _("Turkish")
    RUSSIAN = "ru", _("Russian")
    UKRAINIAN = "uk", _("Ukrainian")
    ROMANIAN = "ro", _("Romanian")
    SIGNED = "fsl", _("French sign language")
    OTHER = "other", pgettext_lazy("language", "Another")


class RequestState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("a request", "Waiting")
    PROMISED = "promised", pgettext_lazy("a request", "Machine promised")
    SERVED = "served", pgettext_lazy("a request", "Served")
    WITHDRAWN = "withdrawn", pgettext_lazy("a request", "Withdrawn")
    EXPIRED = "expired", pgettext_lazy("a request", "Closed without news")


OPEN = (RequestState.WAITING, RequestState.PROMISED)


class Closing(models.TextChoices):
    """Why a request ended without a machine, or without all of them."""

    FOUND_ELSEWHERE = "found_elsewhere", _("Found one elsewhere")
    NO_LONGER_NEEDED = "no_longer_needed", _("No longer needed")
    MOVED = "moved", _("Moved away")
    NO_NEWS = "no_news", _("No news")
    DUPLICATE = "duplicate", _("Filed twice")
    MISTAKE = "mistake", pgettext_lazy("a request", "Filed by mistake")
    DEADLINE = "deadline", _("Came too late")
    ERASED = "erased", _("Data erased at the person's request")
