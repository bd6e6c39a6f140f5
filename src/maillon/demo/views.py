"""The demonstration's accounts, to enter without a password. They do not exist elsewhere."""

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from maillon.demo.people import ORGANISATIONS, PEOPLE
from maillon.kernel.access import EVERYONE, access
from maillon.kernel.http import Request
from maillon.territory.models import User


@access(EVERYONE)
def accounts(request: Request) -> HttpResponse:
    """Enter as one of the demonstration's people; not found anywhere but in a demonstration."""
    if not settings.DEMO:
        raise Http404
    if request.method == "POST":
        chosen = next((person for person in PEOPLE if person.email == request.POST.get("email")), None)
        user = User.objects.filter(email=chosen.email).first() if chosen else None
        if user is None:
            raise Http404
        login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
        return redirect("home")
    names = {organisation.key: organisation.name for organisation in ORGANISATIONS}
    people = [(person, names[person.organisation]) for person in PEOPLE]
    return render(request, "territory/demo_accounts.html", {"people": people})
