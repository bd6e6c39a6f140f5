from django.http import HttpResponse
from django.shortcuts import render

from maillon.kernel.access import EVERYONE, access
from maillon.kernel.http import Request


@access(EVERYONE)
def home(request: Request) -> HttpResponse:
    return render(request, "territory/home.html")
