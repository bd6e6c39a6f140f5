"""The text of an agreement, sentence by sentence, as it is shown, signed, frozen and printed.

Sentences are short and plain (FALC): one idea each. French and English are the platform's own. In each of `TRANSLATED`
the French of every sentence is in the text too, and binds: nobody has read these translations over. In any other
language it is easy French, and a line says so. The text is one JSON value: its canonical form is what is hashed, so
that the page, the PDF and the signature are of the same words.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.translation import get_language_bidi, override
from django.utils.translation import gettext as _

from maillon.distribution.agreements.rules import KEPT_YEARS
from maillon.distribution.agreements.vocabulary import Accessory, AgreementKind
from maillon.kernel import canonical, wording
from maillon.kernel.codes import pretty
from maillon.workshop.models import Condition

SCHEMA = "maillon-agreement/1"
BOTH_SCHEMA = "maillon-agreement/2"  # the same, with all its words in French under "french"
BINDING = "french"
# Catalogues for the agreement alone, in locale/; the platform itself is not in these languages.
TRANSLATED = ("es", "pt", "tr", "ru", "uk", "ro", "ar")
RIGHT_TO_LEFT = frozenset({"ar"})
# Said when the text is in easy French because there is no other.
NOT_TRANSLATED = {
    "fsl": "Ce texte est en français facile. Demandez un ou une interprète avant de signer.",
    "other": "Ce texte est en français facile. Demandez qu’on vous l’explique dans votre langue avant de signer.",
}


@dataclass(frozen=True, slots=True, repr=False)
class Party:
    """Who signs. guardian: the parent or legal guardian who signs for a minor. email, phone (E.164): where a one-time
    code reaches them. Never in a log: it tells nothing."""

    name: str
    guardian: str = ""
    email: str = ""
    phone: str = ""

    def __repr__(self) -> str:
        return "<Party>"


@dataclass(frozen=True, slots=True)
class Machine:
    code: str
    title: str
    serial: str
    condition: str  # Condition, or empty
    accessories: Sequence[str]  # Accessory values
    photos: Sequence[str]  # SHA-256
    price_cents: int | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What the text says, besides who signs. salt: random, so that the hash of a text tells nothing of its words."""

    code: str
    request: str
    kind: str
    lender: str
    desk: str
    desk_phone: str
    prescriber: str
    day: date
    due_on: date | None
    gift_on: date | None
    machines: Sequence[Machine]
    salt: str


def language_of(wanted: str) -> str:
    """The language that the text is written in: one that its sentences are translated to."""
    return wanted if wanted in TRANSLATED or wanted in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def compose(facts: Facts, party: Party, language: str) -> dict[str, Any]:
    """The frozen text: JSON that holds every word. language: of the request (needs.Language)."""
    lang = language_of(language)
    text = {
        "schema": SCHEMA,
        "language": lang,
        "note_language": lang,
        "code": facts.code,
        "request": facts.request,
        "kind": facts.kind,
        "day": facts.day.isoformat(),
        "salt": facts.salt,
        **_words(facts, party, lang),
        "note": NOT_TRANSLATED.get(language, ""),
    }
    if lang in TRANSLATED:
        french = {**_words(facts, party, "fr"), "note": _note("fr")}
        text |= {"schema": BOTH_SCHEMA, "note": _note(lang), BINDING: french}
    return text


def _words(facts: Facts, party: Party, lang: str) -> dict[str, Any]:
    with override(lang):
        return {
            "title": _TITLES[facts.kind](),
            "parties": _parties(facts, party),
            "machines": [_machine(machine) for machine in facts.machines],
            "sections": [
                {"heading": heading, "sentences": sentences} for heading, sentences in _sections(facts, party)
            ],
            "agreed": _agreed(party),
        }


def _note(lang: str) -> str:
    with override(lang):
        sentences = [
            _("This is a translation, to help you read. Nobody whose own language it is has read it over."),
            _("The French text stands with each sentence. It is the French text that binds."),
            _("Something is not clear? Ask for it to be explained in your language before you sign."),
        ]
    return " ".join(sentences)


def side_by_side(text: dict[str, Any]) -> dict[str, Any]:
    """The text to show, its words as pairs (see `pairs`), the accessories of a machine as one line; "direction"."""
    keys = ("title", "parties", "machines", "sections", "agreed", "note")
    words, *others = [
        {key: side[key] for key in keys}
        | {
            "machines": [
                {**machine, "accessories": listed(machine["accessories"], lang)} for machine in side["machines"]
            ]
        }
        for lang, side in ((text["language"], text), ("fr", text.get(BINDING)))
        if side
    ]
    shown: dict[str, Any] = pairs(words, *others)
    return {**text, **shown, "direction": "rtl" if text["language"] in RIGHT_TO_LEFT else "ltr"}


def listed(words: Sequence[str], language: str) -> str:
    return ("، " if language == "ar" else ", ").join(words)


def pairs(words: Any, french: Any = None) -> Any:
    """The same shape, each word become [word, its French]; no French ("") where it is the same word, or there is none.

    french: of the shape of `words`, or None.
    """
    if isinstance(words, dict):
        return {key: pairs(value, french.get(key) if french else None) for key, value in words.items()}
    if isinstance(words, list):
        others = french if french is not None else [None] * len(words)
        return [pairs(word, other) for word, other in zip(words, others, strict=True)]
    return [words, "" if french is None or french == words else french]


def digest(text: dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical.encode(text)).hexdigest()


_TITLES = {
    AgreementKind.LOAN.value: lambda: _("Loan agreement"),
    AgreementKind.GIFT.value: lambda: _("Gift agreement"),
    AgreementKind.SALE.value: lambda: _("Sale agreement at a solidarity price"),
}


def _held(**values: object) -> dict[str, object]:
    """Values as a sentence holds them: where it is written from the right, each keeps its own direction (Unicode
    isolates), or the groups of a telephone number would be shown in reverse."""
    return {key: f"\u2068{value}\u2069" if get_language_bidi() else value for key, value in values.items()}


def _parties(facts: Facts, party: Party) -> list[list[str]]:
    rows = [[_("Lent or given by") if facts.kind != AgreementKind.SALE else _("Sold by"), facts.lender]]
    if facts.desk != facts.lender:
        rows.append([_("Handed over by"), facts.desk])
    rows.append([_("For"), party.name])
    if party.guardian:
        rows.append([_("Parent or legal guardian, who signs"), party.guardian])
    rows.append([_("On the request of"), facts.prescriber])
    return [*rows, [_("Prepared on"), wording.long_date(facts.day)]]


def _machine(machine: Machine) -> dict[str, Any]:
    return {
        "code": pretty(machine.code),
        "title": machine.title,
        "serial": machine.serial,
        "condition": str(Condition(machine.condition).label) if machine.condition else "",
        "accessories": [str(Accessory(name).label) for name in machine.accessories],
        "photos": list(machine.photos),
        "price": "" if machine.price_cents is None else euros(machine.price_cents),
    }


def euros(cents: int) -> str:
    return f"{wording.number(cents / 100, 0 if cents % 100 == 0 else 2)}{wording.NO_BREAK}€"


def _sections(facts: Facts, party: Party) -> list[tuple[str, list[str]]]:
    body = {
        AgreementKind.LOAN.value: _loan,
        AgreementKind.GIFT.value: _gift,
        AgreementKind.SALE.value: _sale,
    }[facts.kind](facts)
    guardian = []
    if party.guardian:
        guardian = [
            (
                _("For a minor"),
                [
                    _("The person who will use the machines is a minor."),
                    _("Their parent or legal guardian reads this text and signs it."),
                ],
            )
        ]
    return [*body, *guardian, (_("Help"), _help(facts)), (_("Your data"), _data(facts))]


def _loan(facts: Facts) -> list[tuple[str, list[str]]]:
    lender = facts.lender
    until = []
    if facts.due_on is None:
        until.append(
            _("You keep the machines as long as they are needed. If we ask for them, we tell you a month before.")
        )
    elif not facts.gift_on:  # the day they become theirs is never after the last one: nothing is brought back then
        until.append(
            _("You bring the machines back on %(day)s at the latest.") % {"day": wording.long_date(facts.due_on)}
        )
    until.append(
        _("On %(day)s the machines become yours. You have nothing to do.") % {"day": wording.long_date(facts.gift_on)}
        if facts.gift_on
        else _("You need them longer? Tell us before: we can extend the loan.")
    )
    return [
        (
            _("What this is"),
            [
                _("%(lender)s lends you the equipment listed above.") % _held(lender=lender),
                _("It is free. You pay nothing, now or later."),
                _("The machines still belong to %(lender)s.") % _held(lender=lender),
            ],
        ),
        (_("How long"), until),
        (
            _("What you may do"),
            [
                _("You use the machines as you like, you and the people who live or learn with you."),
                _("You may install programs and keep your files on them."),
            ],
        ),
        (
            _("What we ask of you"),
            [
                _("Take care of the machines."),
                _("Do not sell them, and do not give them to anybody."),
                _("Do not open them: if something does not work, ask us."),
            ],
        ),
        (
            _("If something happens"),
            [
                _("A machine breaks down: tell us. We repair it or exchange it, for free."),
                _("A machine is lost or stolen: tell us as soon as you can. Nobody will blame you."),
                _("A machine wears out because it is used: this is normal, and you owe nothing."),
            ],
        ),
        (
            _("To give the machines back"),
            [
                _("Keep a copy of your files first: we can help you."),
                _("Bring the machines and what came with them to the place where you got them, or call us."),
                _("We then erase all that is on them. Nobody reads it."),
            ],
        ),
    ]


def _gift(facts: Facts) -> list[tuple[str, list[str]]]:
    return [
        (
            _("What this is"),
            [
                _("%(lender)s gives you the equipment listed above.") % _held(lender=facts.lender),
                _("It is free. You pay nothing, now or later."),
                _("The machines are yours from today."),
            ],
        ),
        (
            _("If something happens"),
            [
                _("A machine breaks down: come and see us. We help you as well as we can."),
                _("You do not use a machine any more: bring it back. We erase it, and it serves somebody else."),
            ],
        ),
    ]


def _sale(facts: Facts) -> list[tuple[str, list[str]]]:
    total = sum(machine.price_cents or 0 for machine in facts.machines)
    return [
        (
            _("What this is"),
            [
                _("%(lender)s sells you the equipment listed above, at a solidarity price.")
                % _held(lender=facts.lender),
                _("You pay %(price)s in all, taxes included.") % _held(price=euros(total)),
                _("The machines are yours from today."),
            ],
        ),
        (
            _("If something happens"),
            [
                _("A machine has a fault: bring it back. We repair it or exchange it."),
                _("You do not use a machine any more: bring it back. We erase it, and it serves somebody else."),
            ],
        ),
    ]


def _help(facts: Facts) -> list[str]:
    phone = _("Come to %(desk)s, or call %(phone)s.") % _held(desk=facts.desk, phone=facts.desk_phone)
    return [
        phone if facts.desk_phone else _("Come to %(desk)s.") % _held(desk=facts.desk),
        _("Tell the code of this agreement: %(code)s.") % _held(code=pretty(facts.code)),
    ]


def _data(facts: Facts) -> list[str]:
    holders = list(dict.fromkeys([facts.lender, facts.desk, facts.prescriber]))
    return [
        _("Your name is in this agreement. Only those who sign it or prepared it may read it: %(who)s.")
        % _held(who=", ".join(holders)),
        _("We keep it until %(years)d years after its end. Then it is erased.") % {"years": KEPT_YEARS},
        _("You may ask to see your data, to correct them or to have a copy. Ask %(prescriber)s.")
        % _held(prescriber=facts.prescriber),
        _("You may also complain to the CNIL (cnil.fr), which protects personal data."),
        _("We do not see what you do on the machines."),
    ]


def _agreed(party: Party) -> str:
    return _("%(name)s: “I have read this text, or someone read it to me. I agree.”") % _held(
        name=party.guardian or party.name
    )
