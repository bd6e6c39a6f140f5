"""Each page as its reader sees it: nothing for axe to say, nothing wider than the phone, no error in the console.

`MAILLON_TOUR=1 script/test -m browser` keeps the screenshots in docs/tour.
"""

import os

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image

from tests.chain.conftest import TOUR

pytestmark = pytest.mark.browser
TECHNICIAN, COORDINATOR, DONOR, PRESCRIBER, SCHOOL = (
    f"{who}@exemple.invalid" for who in ("technicienne", "coordination", "don", "prescription", "ecole")
)
PAGES = [  # name of its screenshots, who, address; {…} are links found on the stock page
    ("accueil", "", "/"),
    ("demonstration", "", "/demonstration/"),
    ("connexion", "", "/compte/login/"),
    ("depart", TECHNICIAN, "/"),
    ("stock", TECHNICIAN, "/stock/"),
    ("stock-filtre", TECHNICIAN, "/stock/?state=inspected&kind=notebook"),
    ("stock-vide", TECHNICIAN, "/stock/?q=introuvable"),
    ("machine", TECHNICIAN, "{device}"),
    ("machine-pourquoi", TECHNICIAN, "{device}note/"),
    ("machine-materiel", TECHNICIAN, "{device}materiel/"),
    ("machine-fiche", TECHNICIAN, "{device}description/"),
    ("machine-controle", TECHNICIAN, "{device}controle/"),
    ("machine-etape", TECHNICIAN, "{device}etape/for_parts/"),
    ("releves", TECHNICIAN, "/releves/"),
    ("releves-refuses", TECHNICIAN, "/releves/refuses/"),
    ("releves-doutes", TECHNICIAN, "/releves/doutes/"),
    ("effacements", TECHNICIAN, "/effacements/"),
    ("bancs", COORDINATOR, "/effacements/bancs/"),
    ("etiquettes", TECHNICIAN, "/etiquettes/"),
    ("scanner", TECHNICIAN, "/stock/scanner/"),
    ("importer", TECHNICIAN, "/stock/importer/"),
    ("travaux", TECHNICIAN, "/travaux/"),
    ("lots", COORDINATOR, "/lots/"),
    ("lot", COORDINATOR, "{lot}"),
    ("lot-nouveau", COORDINATOR, "/lots/nouveau/"),
    ("tableau", COORDINATOR, "/tableau/"),
    ("tableau-liste", COORDINATOR, "/tableau/flow/?stage=ready"),
    ("tableau-demandes", COORDINATOR, "/tableau/asked/?use=secondary"),
    ("chiffres", "", "/chiffres/"),
    ("restitutions", SCHOOL, "/consultations/"),
    ("restitution", SCHOOL, "{report}"),
    ("restitution-corriger", SCHOOL, "{report}corriger/1/"),
    ("plan-d-action", SCHOOL, "/consultations/plan/"),
    ("plan-action", SCHOOL, "{action}"),
    ("plan-indicateur", SCHOOL, "{indicator}"),
    ("restitution-effacer", SCHOOL, "{report}effacer/"),
    ("organisations", COORDINATOR, "/organisations/"),
    ("organisation", COORDINATOR, "{organisation}"),
    ("quartiers", COORDINATOR, "/organisations/quartiers/"),
    ("mon-compte", COORDINATOR, "/compte/2fa/"),
    ("donateur-stock", DONOR, "/stock/"),
    ("donateur-lot-nouveau", DONOR, "/lots/nouveau/"),
    ("donateur-bilan", DONOR, "/dons/"),
    ("bilans", COORDINATOR, "/dons/"),
    ("aide", COORDINATOR, "/aide/"),
    ("aide-finies", COORDINATOR, "/aide/?fini"),
    ("aide-nouvelle", COORDINATOR, "/aide/nouveau/"),
    ("aide-demande", COORDINATOR, "{ticket}"),
    ("aide-reparation", COORDINATOR, "{ticket}reparation/"),
    ("aide-reparations", COORDINATOR, "{repaired}"),
    ("pannes", TECHNICIAN, "/aide/pannes/"),
    ("pannes-marque", TECHNICIAN, "/aide/pannes/?par=marque"),
    ("aide-demander", "", "{ask}"),
    ("aide-suivi", "", "{follow}"),
    ("aide-trouver", "", "/aide/suivi/"),
    ("attributions", COORDINATOR, "/attributions/"),
    ("attributions-nouvelle", COORDINATOR, "/attributions/nouvelle/"),
    ("attributions-regles", COORDINATOR, "/attributions/regles/"),
    ("attributions-changer", COORDINATOR, "/attributions/regles/changer/"),
    ("attributions-recours", COORDINATOR, "/attributions/recours/"),
    ("campagne", COORDINATOR, "{campaign}"),
    ("campagne-reponses", COORDINATOR, "{campaign}reponses/"),
    ("campagnes-publiques", "", "/attributions/publiques/"),
    ("campagne-publique", "", "{public_campaign}"),
    ("etiquette-tapee", "", "/m/"),
    ("passeport", "", "{passport}"),
    ("registre", "", "/registre/"),
    ("releves-a-la-main", TECHNICIAN, "/releves/a-la-main/"),
    ("certificat", "", "{certificate}"),
    ("demandes", PRESCRIBER, "/besoins/"),
    ("demandes-coordination", COORDINATOR, "/besoins/"),
    ("demandes-a-faire", PRESCRIBER, "/besoins/a-faire/"),
    ("demande", PRESCRIBER, "{request}"),
    ("demande-nouvelle", PRESCRIBER, "/besoins/nouvelle/"),
    ("demandes-listes", PRESCRIBER, "/besoins/listes/"),
    ("demande-modifiee", PRESCRIBER, "{request}modifier/"),
    ("rendez-vous", COORDINATOR, "/rendez-vous/"),
    ("rendez-vous-jour", COORDINATOR, "{day}"),
    ("rendez-vous-ouverture", COORDINATOR, "{day}ouverture/"),
    ("rendez-vous-demande", COORDINATOR, "{appointment}"),
    ("rendez-vous-prescripteur", PRESCRIBER, "/rendez-vous/"),
    ("rappels", PRESCRIBER, "/rendez-vous/rappels/"),
    ("lieu", COORDINATOR, "{place}"),
    ("remises", COORDINATOR, "/remises/"),
    ("remise-prescripteur", PRESCRIBER, "/remises/"),
    ("convention-preparer", COORDINATOR, "{prepare}"),
    ("remise-machine", COORDINATOR, "{item}"),
    ("remise-refus", COORDINATOR, "{item}refus/"),
    ("convention-signer", COORDINATOR, "{draft}signer/"),
    ("convention-annuler", COORDINATOR, "{draft}annuler/"),
    ("convention-texte", COORDINATOR, "{draft}texte/"),
    ("conventions", COORDINATOR, "/conventions/"),
    ("convention", COORDINATOR, "{agreement}"),
    ("prets", COORDINATOR, "/prets/"),
    ("prets-dates-passees", COORDINATOR, "/prets/?voir=late"),
    ("prets-conditions", COORDINATOR, "/prets/conditions/"),
    ("pret-prolonger", COORDINATOR, "{extend}"),
    ("pret-perte", COORDINATOR, "{return}../perte/"),
    ("retour", COORDINATOR, "/prets/retour/"),
    ("retour-machine", COORDINATOR, "{return}"),
    ("rappels-de-prets", COORDINATOR, "/prets/rappels/"),
    ("rappel-de-prets-nouveau", COORDINATOR, "/prets/rappels/nouveau/"),
    ("suivi", "", "/suivi/"),
    ("donnees", "", "/donnees/"),
]
WIDTHS = (360, 1280)

UNSEEN_TICKS = """[...document.querySelectorAll("input[type=checkbox], input[type=radio]")].filter(box => {
    const colour = ticked => { box.checked = ticked; return getComputedStyle(box).backgroundColor };
    return colour(false) === colour(true);
}).map(box => box.outerHTML)"""  # the tick itself is white


@pytest.fixture(scope="module")
def links(served, browser):
    """Addresses of a device, its passport, a certificate, a lot, an organisation."""
    page = browser.new_context(base_url=served.url).new_page()

    def enter(who):
        page.goto("/demonstration/")
        page.locator("form", has=page.locator(f'input[value="{who}"]')).get_by_role("button").click()

    def first(address, selector):
        page.goto(address)
        return page.locator(selector).first.get_attribute("href")

    enter(TECHNICIAN)
    found = {"device": first("/stock/?state=checked", 'main a[href^="/machines/"]')}
    found["passport"] = found["device"].replace("/machines/", "/p/")
    found["certificate"] = first(found["device"], 'a[href^="/c/"]')
    page.context.clear_cookies()
    found["public_campaign"] = first("/attributions/publiques/", 'main li a[href^="/attributions/publiques/"]')
    found["campaign"] = found["public_campaign"].replace("publiques/", "")
    enter(COORDINATOR)
    found["lot"] = first("/lots/", 'main th a[href^="/lots/"]')
    found["organisation"] = first("/organisations/", 'main th a[href^="/organisations/"]')
    found["ticket"] = first("/aide/", 'main th a[href^="/aide/demandes/"]')
    found["follow"] = found["ticket"].replace("/demandes/", "/suivi/")
    found["repaired"] = first(found["ticket"], 'main a[href^="/aide/machines/"]')
    found["ask"] = first("/stock/?state=handed_over", 'main a[href^="/machines/"]').replace("/machines/", "/aide/m/")
    found["day"] = first("/rendez-vous/", "main .days a").partition("?")[0]
    found["appointment"] = first("/rendez-vous/", 'main td a[href^="/rendez-vous/demandes/"]')
    found["place"] = first(f"{found['day']}ouverture/", 'main a[href*="/emplacements/"]')
    found["agreement"] = first("/prets/", 'main th a[href^="/conventions/"]')
    found["return"] = first(found["agreement"], 'main a[href$="/retour/"]')
    found["extend"] = first(found["agreement"], 'main a[href$="/prolonger/"]')
    found |= at_the_desk(page)
    page.context.clear_cookies()
    enter(PRESCRIBER)
    found["request"] = first("/besoins/", 'main th a[href^="/besoins/"]')
    page.context.clear_cookies()
    enter(SCHOOL)
    found["report"] = first("/consultations/", 'main th a[href^="/consultations/"]')
    found["action"] = first("/consultations/plan/", 'main a[href*="/actions/"]')
    found["indicator"] = first("/consultations/plan/", 'main a[href*="/indicateurs/"]')
    page.context.close()
    return found


def at_the_desk(page):
    """An agreement ready to be signed, made as people make it; and the page that prepares another one."""
    page.goto("/remises/")
    waiting = page.locator('main a[href^="/conventions/nouvelle/"]')
    found = {"prepare": waiting.last.get_attribute("href")}
    waiting.first.click()
    page.locator("#id_name").fill("Personne fictive")
    page.locator("#id_guardian").fill("Responsable fictif")
    page.locator("main form button.btn-primary").click()
    page.wait_for_url("**/remises/*/")
    handover = page.url
    for code in page.locator(".card-line strong.code").all_inner_texts():
        page.locator("#scan-field").fill(code)
        page.keyboard.press("Enter")
        page.wait_for_url("**/machines/*/")
        page.locator('input[name="condition"][value="B"]').check()
        found["item"] = page.url.removeprefix(page.url.partition("/remises/")[0])
        page.locator("#list button.btn-primary").click()
        page.wait_for_url(handover)
    found["draft"] = "/conventions/" + handover.rstrip("/").rpartition("/")[2] + "/"
    return found


@pytest.mark.parametrize(("name", "who", "address"), PAGES, ids=[page[0] for page in PAGES])
def test_a_page_is_accessible_and_fits(visit, links, name, who, address):
    page = visit(who, width=WIDTHS[0])
    response = page.goto(address.format(**links))
    assert response.status == 200
    assert page.locator("h1").count() == 1
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        take_picture(page, name, width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert violations(page) == [], width
        assert page.locator(".btn-primary:visible").count() <= 2, "one primary action a page"
    assert page.evaluate(UNSEEN_TICKS) == []
    assert page.complaints == []


@pytest.mark.parametrize(("name", "who", "address"), PAGES, ids=[page[0] for page in PAGES])
def test_a_page_works_without_script(visit, links, name, who, address):
    page = visit(who, script=False)
    response = page.goto(address.format(**links))
    assert response.status == 200 and page.locator("main h1").count() == 1
    assert page.locator(".with-script:visible").count() == 0


@pytest.mark.parametrize("name", ["accueil", "depart", "stock", "machine", "certificat"])
def test_a_page_is_accessible_in_the_dark(visit, links, name):
    _name, who, address = next(page for page in PAGES if page[0] == name)
    page = visit(who, color_scheme="dark")
    page.goto(address.format(**links))
    assert violations(page) == []


def violations(page):
    """What axe has to say of the page: each rule with the first elements that break it."""
    found = Axe().run(page).response["violations"]
    return [(rule["id"], [node["html"][:200] for node in rule["nodes"]][:3]) for rule in found]


def take_picture(page, name, width):
    """The page from its top, in few colours: the tour is read in a repository, where every byte stays."""
    if not os.environ.get("MAILLON_TOUR"):
        return
    shown = min(page.evaluate("document.documentElement.scrollHeight"), 2_000)
    path = TOUR / f"{name}-{width}.png"
    page.screenshot(path=path, full_page=True, clip={"x": 0, "y": 0, "width": width, "height": shown})
    with Image.open(path) as picture:
        picture.convert("RGB").quantize(64).save(path, optimize=True)
