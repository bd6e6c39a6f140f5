"""Names, telephones and e-mails are one however they are typed."""

import pytest

from maillon.needs.contacts import folded_email, folded_name, phone_number, phone_shown


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("06 12 34 56 78", "+33612345678"),
        ("0612345678", "+33612345678"),
        ("06.12.34.56.78", "+33612345678"),
        ("06-12-34-56-78", "+33612345678"),
        ("06\u00a012\u202f34 56 78", "+33612345678"),
        ("+33 6 12 34 56 78", "+33612345678"),
        ("+33 (0)6 12 34 56 78", "+33612345678"),
        ("0033 6 12 34 56 78", "+33612345678"),
        ("+33 06 12 34 56 78", "+33612345678"),
        ("02 40 12 34 56", "+33240123456"),
        ("0690 12 34 56", "+590690123456"),
        ("0692 12 34 56", "+262692123456"),
        ("0639 12 34 56", "+262639123456"),
        ("0694 12 34 56", "+594694123456"),
        ("0696 12 34 56", "+596696123456"),
        ("+262 692 12 34 56", "+262692123456"),
        ("+32 470 12 34 56", "+32470123456"),
        ("00 212 6 12 34 56 78", "+212612345678"),
        ("06 12 34 56", None),
        ("+33 6 12 34 56", None),
        ("612345678", None),
        ("à demander", None),
        ("", None),
        ("+0612345678", None),
    ],
)
def test_a_telephone_is_one_number_however_it_is_typed(typed, stored):
    assert phone_number(typed) == stored


@pytest.mark.parametrize("number", ["+33612345678", "+590690123456", "+262692123456", "+32470123456"])
def test_a_number_shown_is_read_again_as_the_same(number):
    assert phone_number(phone_shown(number)) == number


def test_a_number_is_shown_as_people_say_it():
    assert phone_shown("+33612345678") == "06 12 34 56 78"
    assert phone_shown("+590690123456") == "0690 12 34 56"


@pytest.mark.parametrize(
    "typed",
    [
        "Anne-Marie Le Goff",
        "LE GOFF Anne Marie",
        "Mme Le Goff, Anne-Marie",
        "le  goff anne—marie",
        "ANNE-MARIE LE GÖFF",
    ],
)
def test_a_name_is_one_whatever_its_order_accents_and_title(typed):
    assert folded_name(typed) == "anne goff le marie"


def test_different_people_stay_different():
    assert folded_name("Jean Martin") != folded_name("Jeanne Martin")
    assert folded_name("Œuvre") == folded_name("oeuvre")
    assert folded_name("М. Іван") != ""  # other scripts are kept


def test_an_email_keeps_what_may_name_another_box():
    assert folded_email(" Camille@Exemple.INVALID ") == "camille@exemple.invalid"
    assert folded_email("c.a+b@x.invalid") != folded_email("ca@x.invalid")
