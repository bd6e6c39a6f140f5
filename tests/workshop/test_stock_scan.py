"""Scan mode: what each scan does, its undoing, readers, photos and pages without script."""

import io

import pytest
import segno
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from maillon.kernel import codes, ledger
from maillon.kernel.errors import NotAllowed, NotFound, Refusal
from maillon.workshop import moves
from maillon.workshop.life import BY_NAME
from maillon.workshop.stock import index, label_photos, scanning
from maillon.workshop.stock.scanning import Context, scan, undo
from tests.workshop.stock_world import stock_world  # noqa: F401 - the fixture "world"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def plain_static(settings):
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.WHITENOISE_AUTOREFRESH = True
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def technician(world):
    return world.actor("technician", world.workshop)


SORT = BY_NAME["triaged"]


def kinds(device):
    return list(ledger.Entry.objects.filter(subject=device.id).order_by("sequence").values_list("kind", flat=True))


def test_a_scan_does_all_of_its_context(world, technician):
    device = world.device(state="received")
    done = scan(technician, device.code, Context(world.shelf, SORT, {"condition": "B"}))
    device.refresh_from_db()
    assert done.done and (device.state, device.place, device.condition) == ("triaged", world.shelf, "B")
    assert kinds(device) == ["device.triaged", "device.moved"]
    assert index.check() == []


@pytest.mark.parametrize("write", [str, str.lower, codes.pretty, lambda c: f" {c[:3]} {c[3:]}\r\n", "{}/m/{}".format])
def test_a_code_is_read_however_it_is_written(world, technician, write):
    device = world.device()
    text = write(django_settings.SITE_URL, device.code) if "format" in repr(write) else write(device.code)
    assert scan(technician, text, Context(world.shelf)).done
    device.refresh_from_db()
    assert device.place == world.shelf


def test_what_can_not_be_done_changes_nothing_and_says_why(world, technician):
    device = world.device(state="handed_over")
    refused = scan(technician, device.code, Context(world.shelf, SORT, {"condition": "B"}))
    device.refresh_from_db()
    assert not refused.done and "not at this stage" in refused.sentence
    assert (device.state, device.place) == ("handed_over", None) and kinds(device) == []


@pytest.mark.parametrize("text", ["", "hello", "K7M-2XQ5", "https://evil.example/?q=1", "\0", "x" * 10_000, "🙂"])
def test_what_is_not_a_code_is_a_refused_line(world, technician, text):
    line = scan(technician, text, Context(world.shelf))
    assert not line.done and line.sentence and len(line.code) <= 60


def test_a_neighbour_s_machine_is_not_known(world, technician):
    theirs = world.device(holder=world.other_workshop)
    assert "No machine of your stock" in scan(technician, theirs.code, Context(world.shelf)).sentence
    coordinator = world.actor("coordinator", world.coordination)
    assert "no such place" in scan(coordinator, theirs.code, Context(world.shelf)).sentence


def test_the_same_label_twice_is_no_error_and_no_event(world, technician):
    device = world.device(state="received")
    context = Context(world.shelf, SORT, {"condition": "B"})
    scan(technician, device.code, context)
    before = kinds(device)
    again = scan(technician, device.code, context)
    assert again.done and "Already" in again.sentence and not again.undo and kinds(device) == before


def test_only_looking_writes_nothing(world, technician):
    device = world.device(state="ready")
    assert scan(world.actor("reader", world.workshop), device.code, Context()).done
    with pytest.raises(NotAllowed):
        scan(world.actor("reader", world.workshop), device.code, Context(world.shelf))
    assert kinds(device) == []


def test_undo_gives_back_place_and_state_and_the_ledger_keeps_both(world, technician):
    device = world.device(state="received", place=world.bench, condition="D")
    done = scan(technician, device.code, Context(world.shelf, SORT, {"condition": "B"}))
    undone = undo(technician, done.undo)
    device.refresh_from_db()
    assert undone.done and (device.state, device.place, device.condition) == ("received", world.bench, "D")
    assert kinds(device) == ["device.triaged", "device.moved", "device.step_undone", "device.moved"]
    assert index.check() == []


def test_undo_is_refused_once_something_else_happened(world, technician):
    device = world.device(state="received")
    done = scan(technician, device.code, Context(world.shelf))
    moves.move_to(actor=technician, device_ids=[device.id], place=world.bench)
    with pytest.raises(Refusal, match="something else happened"):
        undo(technician, done.undo)
    device.refresh_from_db()
    assert device.place == world.bench


@pytest.mark.parametrize("name", ["returned", "lost"])
def test_steps_that_leave_a_trace_elsewhere_are_not_undone(world, name):
    coordinator = world.actor("coordinator", world.coordination)
    device = world.device(state="handed_over")
    answers = {"condition": "B", "reason": "stolen"}
    done = scan(coordinator, device.code, Context(None, BY_NAME[name], answers))
    assert done.done
    with pytest.raises(Refusal, match="can not be undone") as refused:
        undo(coordinator, done.undo)
    assert str(refused.value.remedies[0])
    device.refresh_from_db()
    assert device.state == name


def test_every_step_offered_is_undone_or_says_why(world):
    offered = {step.name for step in scanning.offered_steps(world.actor("coordinator", world.coordination))}
    assert offered <= scanning.REVERSIBLE | set(scanning.IRREVERSIBLE)
    assert not scanning.REVERSIBLE & set(scanning.IRREVERSIBLE)


def test_undo_is_not_for_neighbours_or_readers(world, technician):
    device = world.device()
    done = scan(technician, device.code, Context(world.shelf))
    with pytest.raises(NotFound):
        undo(world.actor("technician", world.other_workshop), done.undo)
    with pytest.raises(NotAllowed):
        undo(world.actor("reader", world.workshop), done.undo)


# Photos


def photo(*texts, format="JPEG", size=(2400, 1200)):
    image = Image.new("L", size, 200)
    for place, text in enumerate(texts):
        drawn = io.BytesIO()
        segno.make(text, error="m").save(drawn, kind="png", scale=8, border=4)
        image.paste(Image.open(drawn), (80 + place % 4 * 560, 80 + place // 4 * 560))
    target = io.BytesIO()
    image.save(target, format)
    return target.getvalue()


def test_every_label_of_a_photo_is_read_from_top_to_bottom():
    said = [f"https://maillon.example/m/CODE{n}" for n in range(6)]
    assert sorted(label_photos.texts(photo(*said))) == said
    assert label_photos.texts(photo("ONE", "ONE", format="PNG")) == ["ONE"]


def test_a_large_photo_is_read_smaller():
    assert label_photos.texts(photo("https://maillon.example/m/K7M2XQ4", size=(6000, 4000))) == [
        "https://maillon.example/m/K7M2XQ4"
    ]


def gif():
    target = io.BytesIO()
    Image.new("L", (10, 10)).save(target, "GIF")
    return target.getvalue()


def bomb():
    target = io.BytesIO()
    Image.new("1", (12_000, 12_000)).save(target, "PNG")
    return target.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a photo",
        photo(),
        photo("X")[:2_000],
        gif(),
        bomb(),
        b"\xff\xd8\xff" + b"\0" * 100,
        b"\0" * (15 * 2**20 + 1),
    ],
    ids=["empty", "text", "no label", "cut short", "other format", "pixels", "damaged", "heavy"],
)
def test_a_photo_without_label_or_harmful_is_refused_with_a_hint(data):
    with pytest.raises(Refusal) as refused:
        label_photos.texts(data)
    assert refused.value.remedies


# Pages


def page(client, query=""):
    answer = client.get(f"{reverse('stock:scan')}{query}")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def at_work(client, world):
    client.force_login(world.person("technician", world.workshop))
    return client


def test_the_context_is_chosen_then_kept(at_work, world):
    html = page(at_work)
    assert "What does each scan do?" in html and "Shelf 3" in html and "Their shelf" not in html
    html = page(at_work, "?step=triaged")
    assert 'name="condition"' in html and "scan-field" not in html  # the step asks something first
    html = page(at_work, f"?step=triaged&place={world.shelf.pk}&condition=B")
    assert 'id="scan-field"' in html and "autofocus" in html and 'name="condition" value="B"' in html
    assert "Sort" in html and "Shelf 3" in html


def test_a_context_of_a_neighbour_or_unknown_is_asked_again(at_work, world):
    for query in (f"?place={world.their_shelf.pk}", "?step=nonsense", "?place=x", "?step=erased", "?step=handed_over"):
        assert "scan-field" not in page(at_work, query)
    answer = at_work.post(reverse("stock:scan-code"), {"place": world.their_shelf.pk, "step": "", "code": "x"})
    assert answer.status_code == 422


def test_without_script_a_scan_comes_back_to_the_same_context(at_work, world):
    device = world.device(state="received")
    data = {"place": world.shelf.pk, "step": "triaged", "condition": "B"}
    answer = at_work.post(reverse("stock:scan-code"), {**data, "code": device.code}, follow=True)
    html = answer.content.decode()
    assert codes.pretty(device.code) in html and "scan-done" in html and 'name="condition" value="B"' in html
    device.refresh_from_db()
    assert (device.state, device.place) == ("triaged", world.shelf)
    answer = at_work.post(reverse("stock:scan-undo"), data, follow=True)
    device.refresh_from_db()
    assert (device.state, device.place) == ("received", None) and "Undone" in answer.content.decode()
    answer = at_work.post(reverse("stock:scan-undo"), data, follow=True)
    assert "nothing to undo" in answer.content.decode()


def test_with_script_a_scan_answers_with_its_line(at_work, world):
    device = world.device()
    address, data = reverse("stock:scan-code"), {"place": world.shelf.pk, "step": ""}
    good = at_work.post(address, {**data, "code": device.code}, headers={"X-Maillon-Scan": "1"})
    bad = at_work.post(address, {**data, "code": "<b>"}, headers={"X-Maillon-Scan": "1"})
    assert good.status_code == 200 and good.content.decode().strip().startswith('<li class="scan-done"')
    assert bad.status_code == 409 and "scan-refused" in bad.content.decode() and "<b>" not in bad.content.decode()
    assert at_work.post(address, {**data, "code": " "}, headers={"X-Maillon-Scan": "1"}).content.strip() == b""


def test_several_labels_on_one_photo_are_all_done(at_work, world):
    devices = world.devices(3)
    texts = [f"{django_settings.SITE_URL}/m/{device.code}" for device in devices]
    upload = SimpleUploadedFile("shelf.jpg", photo(*texts, "something else"), content_type="image/jpeg")
    data = {"place": world.shelf.pk, "step": "", "photo": upload}
    html = at_work.post(reverse("stock:scan-photo"), data, follow=True).content.decode()
    assert html.count("scan-done") == 3 and html.count("scan-refused") == 1
    for device in devices:
        device.refresh_from_db()
        assert device.place == world.shelf


def test_a_photo_without_label_says_what_to_do(at_work, world):
    upload = SimpleUploadedFile("dark.jpg", photo(), content_type="image/jpeg")
    answer = at_work.post(reverse("stock:scan-photo"), {"place": world.shelf.pk, "step": "", "photo": upload})
    assert answer.status_code == 409 and "No label was found" in answer.content.decode()
    assert at_work.post(reverse("stock:scan-photo"), {"place": world.shelf.pk, "step": ""}).status_code == 422


@pytest.mark.parametrize("name", ["stock:scan", "stock:scan-code", "stock:scan-photo", "stock:scan-undo"])
def test_who_may_scan(client, world, name):
    client.force_login(world.person("reader", world.workshop))
    assert client.post(reverse(name)).status_code == 403 or client.get(reverse(name)).status_code == 403
