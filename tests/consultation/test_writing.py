"""read(write(x)) = x, for any restitution and every format."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings

from maillon.consultation import papers
from maillon.consultation.trame import document, understanding
from maillon.consultation.trame.readers import docx, odt, pdf
from maillon.consultation.trame.writers import docx as docx_writer
from maillon.consultation.trame.writers import odt as odt_writer
from tests.consultation.restitutions import restitutions

READ = {
    "docx": lambda found: understanding.understood(docx.read(docx_writer.write(found))),
    "odt": lambda found: understanding.understood(odt.read(odt_writer.write(found))),
    "json": lambda found: document.from_dict(document.to_dict(found)),
}
often = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("written", READ)
@often
@given(found=restitutions())
def test_what_is_written_is_read_back(written, found):
    assert READ[written](found) == found


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(found=restitutions())
def test_a_pdf_carries_what_it_shows(found):
    made = papers.pdf(found, date=datetime(2026, 1, 5, tzinfo=UTC))
    assert document.from_dict(pdf.attached(made)) == found
