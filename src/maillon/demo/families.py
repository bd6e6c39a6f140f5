"""The demonstration's requests: invented families, pupils, adults and classes, filed week after week.

Names say that they are invented; telephone numbers are of the ranges kept for fiction (ARCEP: from memory).
"""

from datetime import datetime, timedelta
from functools import partial
from random import Random

from maillon.demo.acting import actor
from maillon.demo.timeline import Timeline
from maillon.hardware.thresholds import Use
from maillon.needs import commands
from maillon.needs.facts import Facts
from maillon.needs.identities import Person
from maillon.needs.models import Request
from maillon.needs.vocabulary import PROVED, Beneficiary, Closing, ContactWay, Criterion, Language, kinds_of
from maillon.territory.models import Commune, Place

PRESCRIBERS = {"ccas": 9, "ecole": 5, "college": 6, "bailleur": 4, "association": 6}  # and their weights
WEEKS = 104
A_WEEK = 2.3  # requests, on average, for the default number of machines

_NEEDS = (  # for whom, use, why it comes first, weight
    (Beneficiary.PUPIL, Use.SECONDARY, (Criterion.NO_COMPUTER, Criterion.SCHOOLING), 6),
    (Beneficiary.PUPIL, Use.SECONDARY, (Criterion.SHARED_COMPUTER, Criterion.EXAM_YEAR), 4),
    (Beneficiary.PUPIL, Use.PRIMARY, (Criterion.SMARTPHONE_ONLY, Criterion.SCHOOLING), 4),
    (Beneficiary.HOUSEHOLD, Use.ADMINISTRATIVE, (Criterion.SMARTPHONE_ONLY, Criterion.FORMALITIES), 6),
    (Beneficiary.HOUSEHOLD, Use.ADMINISTRATIVE, (Criterion.NO_COMPUTER, Criterion.EMERGENCY_HOUSING), 1),
    (Beneficiary.HOUSEHOLD, Use.SECONDARY, (Criterion.SHARED_COMPUTER, Criterion.SINGLE_PARENT), 3),
    (Beneficiary.ADULT, Use.ADMINISTRATIVE, (Criterion.NO_COMPUTER, Criterion.JOB_SEARCH), 5),
    (Beneficiary.ADULT, Use.VIDEO_CALL, (Criterion.FORMALITIES, Criterion.NEWCOMER), 3),
    (Beneficiary.ADULT, Use.CREATION, (Criterion.RECENT_ACCIDENT,), 1),
)
_INCOMES = (Criterion.INCOME_A, Criterion.INCOME_B, Criterion.INCOME_C, None)
_WAYS = (ContactWay.PRESCRIBER, ContactWay.PHONE, ContactWay.SMS, ContactWay.POST, ContactWay.EMAIL)
_LANGUAGES = (Language.FRENCH, Language.EASY_FRENCH, Language.ENGLISH, Language.ARABIC, Language.UKRAINIAN)


class Families:
    """Plans two years of requests. scale: 1 for the demonstration as everyone knows it."""

    def __init__(self, timeline: Timeline, draw: Random, scale: float) -> None:
        self.timeline, self.draw, self.number = timeline, draw, 0
        self.scale = scale
        self.communes = list(Commune.objects.order_by("-population").values_list("code", "population"))
        self.desks = list(Place.objects.filter(open_to_public=True).order_by("name").values_list("pk", flat=True))

    def plan(self) -> None:
        for week in range(WEEKS):
            start = self.timeline.until - timedelta(weeks=WEEKS - week)
            expected = A_WEEK * self.scale * (1.5 if start.month in (9, 10) else 1.0)
            count = int(expected) + (self.draw.random() < expected % 1)
            for _one in range(count):
                when = start + timedelta(days=self.draw.randrange(5), hours=self.draw.randrange(9))
                self.timeline.plan(when, self._file)
            if week % 17 == 5:
                self.timeline.plan(start + timedelta(days=2), self._file_class)

    def _file(self, when: datetime) -> None:
        [key] = self.draw.choices(list(PRESCRIBERS), list(PRESCRIBERS.values()))
        [(beneficiary, use, reasons, _weight)] = self.draw.choices(_NEEDS, [need[3] for need in _NEEDS])
        income = self.draw.choice(_INCOMES)
        criteria = [*reasons, *([income] if income else [])]
        seen = (when - timedelta(days=self.draw.randrange(20))).date()
        way = self.draw.choice(_WAYS)
        self._ask(
            key,
            when,
            self._person(way),
            Facts(
                beneficiary=beneficiary.value,
                use=use.value,
                kinds=self._kinds(use),
                quantity=2 if beneficiary is Beneficiary.HOUSEHOLD and self.draw.random() < 0.12 else 1,
                commune=self._commune(),
                places=self.draw.sample(self.desks, self.draw.randrange(1, len(self.desks) + 1)),
                delivery=self.draw.random() < 0.15,
                deadline=(when + timedelta(days=12)).date() if self.draw.random() < 0.05 else None,
                language=self.draw.choices(_LANGUAGES, (70, 12, 5, 8, 5))[0].value,
                contact_way=way.value,
                criteria={criterion.value: seen if criterion in PROVED else None for criterion in criteria},
            ),
        )

    def _file_class(self, when: datetime) -> None:
        size = self.draw.choice((6, 8, 12))
        person = Person(name=f"Classe fictive {self.number + 1:03d}")
        facts = Facts(
            beneficiary=Beneficiary.GROUP.value,
            use=self.draw.choice((Use.PRIMARY, Use.SECONDARY)).value,
            kinds=self._kinds(Use.CREATION),
            quantity=size,
            minimum=size // 2,
            commune=self._commune(),
            delivery=True,
            criteria={Criterion.SCHOOLING.value: None},
        )
        self._ask(self.draw.choice(("ecole", "college")), when, person, facts)

    def _ask(self, key: str, when: datetime, person: Person, facts: Facts) -> None:
        self.number += 1
        request = commands.file_request(actor=actor(key), person=person, facts=facts, at=when)
        if self.draw.random() < 0.06:
            later = when + timedelta(days=self.draw.randrange(10, 90))
            self.timeline.plan(later, partial(self._withdraw, key, request))

    def _withdraw(self, key: str, request: Request, when: datetime) -> None:
        request.refresh_from_db()
        if request.state == "waiting":
            reason = self.draw.choice((Closing.FOUND_ELSEWHERE, Closing.NO_LONGER_NEEDED, Closing.MOVED))
            commands.withdraw_request(actor=actor(key), request_id=request.pk, closing=reason.value, at=when)

    def _person(self, way: ContactWay) -> Person:
        number = self.number + 1
        return Person(
            name=f"Famille fictive {number:03d}",
            phone=f"+3363998{number:04d}" if way in (ContactWay.PHONE, ContactWay.SMS) else "",
            email=f"famille{number:03d}@exemple.invalid" if way is ContactWay.EMAIL else "",
            address=f"{number} rue Inventée, 44000 Nantes" if way is ContactWay.POST else "",
        )

    def _kinds(self, use: Use) -> list[str]:
        wanted = ["laptop"] if self.draw.random() < 0.45 else ["laptop", "desktop"]
        if use is Use.PRIMARY and self.draw.random() < 0.3:
            wanted.append("tablet")
        return kinds_of(wanted)

    def _commune(self) -> str:
        codes, people = zip(*self.communes, strict=True)
        return str(self.draw.choices(codes, [count or 1 for count in people])[0])
