"""Photos made to fill the memory, to keep a processor busy, or to say where they were taken."""

import io

import pytest
from PIL import Image

from maillon.kernel import files
from maillon.kernel.errors import Refusal
from maillon.workshop.stock import label_photos


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def encoded(size, form, mode="RGB", **more):
    made = io.BytesIO()
    Image.new(mode, size).save(made, form, **more)
    return made.getvalue()


def scans_repeated(times):
    whole = encoded((64, 64), "JPEG", progressive=True)
    last = whole[whole.rindex(b"\xff\xda") : -2]
    return whole[:-2] + last * times + b"\xff\xd9"


@pytest.mark.parametrize("read", [files.keep_photo, label_photos.texts])
def test_a_jpeg_of_a_thousand_passes_is_refused_before_it_is_decoded(read, monkeypatch):
    monkeypatch.setattr(Image, "open", lambda *_a, **_k: pytest.fail("opened"))
    with pytest.raises(Refusal):
        read(scans_repeated(1_000))


@pytest.mark.parametrize("read", [files.keep_photo, label_photos.texts])
@pytest.mark.parametrize("form", ["PNG", "WEBP", "JPEG"])
def test_a_photo_of_too_many_pixels_is_refused_before_it_is_decoded(read, form, monkeypatch):
    data = encoded((300, 300), form)
    monkeypatch.setattr(files, "MOST_PIXELS", 300 * 300 - 1)
    monkeypatch.setattr(label_photos, "MOST_PIXELS", 300 * 300 - 1)
    monkeypatch.setattr(Image.Image, "thumbnail", lambda *_a, **_k: pytest.fail("decoded"))
    with pytest.raises(Refusal):
        read(data)


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xd8", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", b"GIF89a" + b"\0" * 40,
     b"\x89PNG\r\n\x1a\n" + b"\0" * 40, b"RIFF\x10\0\0\0WEBPVP8 " + b"\0" * 30, b"%PDF-1.4"],
)  # fmt: skip
@pytest.mark.parametrize("read", [files.keep_photo, label_photos.texts])
def test_what_is_no_photo_is_refused(read, data):
    with pytest.raises(Refusal):
        read(data)


def test_a_photo_keeps_nothing_of_where_and_by_whom_it_was_taken():
    exif = Image.Exif()
    exif[0x010F] = "SomeBrand"
    exif[0x013B] = "Some Owner"
    exif.get_ifd(0x8825)[1] = "N"
    digest, size = files.keep_photo(encoded((40, 20), "JPEG", exif=exif, comment=b"secret"))
    kept = files.path_of(digest).read_bytes()
    assert len(kept) == size
    assert b"Some" not in kept and b"secret" not in kept
    with Image.open(io.BytesIO(kept)) as image:
        assert not image.getexif()


def test_what_follows_the_image_is_not_kept():
    digest, _size = files.keep_photo(encoded((40, 20), "PNG") + b"PK\x03\x04<script>alert(1)</script>")
    assert b"script" not in files.path_of(digest).read_bytes()


@pytest.mark.parametrize("mode", ["P", "LA", "RGBA", "1", "I;16", "CMYK"])
def test_every_kind_of_pixels_is_kept(mode):
    form = "JPEG" if mode == "CMYK" else "PNG"
    digest, _size = files.keep_photo(encoded((2_000, 20), form, mode))
    with Image.open(files.path_of(digest)) as image:
        assert image.size == (1_600, 16)
