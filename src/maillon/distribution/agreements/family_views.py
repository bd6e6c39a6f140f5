"""The family's copy of what it signed: opened by the codes of its letter, without an account."""

import json

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from maillon.distribution.agreements import commands, family
from maillon.distribution.agreements.models import Agreement, Paper
from maillon.distribution.agreements.views import pdf_response
from maillon.kernel import codes, ledger
from maillon.kernel.access import EVERYONE, access
from maillon.kernel.errors import NotFound
from maillon.needs.family import actor_of, family_request


@access(EVERYONE)
@require_safe
@never_cache
def document(request: HttpRequest, code: str) -> HttpResponse:
    shown, parsed = family_request(request), codes.parse(code)
    if shown is None or not isinstance(parsed, str):
        raise NotFound
    with transaction.atomic():
        agreement: Agreement | None = family.theirs(shown).filter(code=parsed).first()
        if agreement is None:
            raise NotFound
        papers = {paper.kind: commands.opened_paper(paper) for paper in agreement.papers.exclude(kind=Paper.Kind.SCAN)}
        ledger.append("agreement.read", actor_of(shown), agreement.pk, what="pdf")
    text = json.loads(papers[Paper.Kind.TEXT])
    return pdf_response(agreement, text, agreement.text_sha256, papers.get(Paper.Kind.SIGNATURE))
