"""The pages of jobs: whose are seen, and that they follow what goes on with and without a script."""

import pytest
from django.test import override_settings
from django.urls import include, path, reverse
from django.utils import timezone

from maillon.config import urls as site
from maillon.kernel.actor import Actor, ActorKind
from maillon.kernel.errors import NotFound
from maillon.kernel.ids import new_id
from maillon.kernel.jobs import queries
from maillon.kernel.jobs.models import Job, Status
from maillon.territory.models import Membership, Organisation, OrganisationKind, User
from maillon.territory.roles import Role
from tests.kernel import sample_jobs as sample

pytestmark = pytest.mark.django_db

urlpatterns = [*site.urlpatterns, path("travaux/", include("maillon.kernel.urls"))]
with_job_pages = override_settings(
    ROOT_URLCONF=__name__,
    WHITENOISE_AUTOREFRESH=True,  # static files are not collected for these tests
    STORAGES={"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}},
)


def organisation(kind=OrganisationKind.WORKSHOP, territory=None):
    made = Organisation(kind=kind, name="Atelier")
    made.territory = territory or made
    made.save()
    return made


def member(of, role=Role.TECHNICIAN):
    user = User.objects.create_user(f"{new_id()}@example.org")
    Membership.objects.create(user=user, organisation=of, role=role)
    return user


def actor_in(place, oversees=False):
    return Actor(
        ActorKind.PERSON,
        user_id=new_id(),
        organisation_id=place.pk,
        territory_id=place.territory_id,
        oversees=oversees,
    )


@pytest.fixture
def coordination():
    return organisation(OrganisationKind.COORDINATION)


@pytest.fixture
def workshop(coordination):
    return organisation(territory=coordination)


@pytest.fixture
def asked(workshop):
    sample.add.using(actor=actor_in(workshop)).enqueue(1, 2)
    return Job.objects.get()


def get(client, user, url, **headers):
    client.force_login(user)
    with with_job_pages:
        return client.get(url, headers=headers)


def url_of(job):
    return f"/travaux/{job.pk}/"


def test_one_sees_the_jobs_of_ones_organisation_or_territory(coordination, workshop, asked):
    neighbour, elsewhere = organisation(territory=coordination), organisation(OrganisationKind.COORDINATION)
    seen = [(actor_in(workshop), 1), (actor_in(neighbour), 0), (actor_in(coordination, oversees=True), 1)]
    seen.append((actor_in(elsewhere, oversees=True), 0))
    for actor, count in seen:
        assert len(queries.job_page(actor).rows) == count
        if count:
            assert queries.job_row(actor, asked.pk).id == asked.pk
        else:
            with pytest.raises(NotFound):
                queries.job_row(actor, asked.pk)


def test_jobs_of_the_platform_itself_are_nobodys(workshop):
    sample.add.enqueue(1, 2)
    assert queries.job_page(actor_in(workshop)).rows == []
    assert queries.job_page(Actor(ActorKind.PERSON, user_id=new_id())).rows == []


@pytest.mark.parametrize(("who", "status"), [("member", 200), ("neighbour", 404), ("reader", 403)])
def test_who_opens_the_page_of_a_job(client, coordination, workshop, asked, who, status):
    users = {
        "member": lambda: member(workshop),
        "neighbour": lambda: member(organisation(territory=coordination)),
        "reader": lambda: member(workshop, Role.READER),
    }
    assert get(client, users[who](), url_of(asked)).status_code == status


def test_the_list_links_to_each_job_for_one_query(client, workshop, asked, django_assert_max_num_queries):
    for n in range(5):
        sample.add.using(actor=actor_in(workshop)).enqueue(n, n)
    response = get(client, member(workshop), "/travaux/")
    page = response.content.decode()
    assert page.count('href="/travaux/0') == 6 and "Add" in page
    with django_assert_max_num_queries(1):
        queries.job_page(actor_in(workshop))


def test_older_jobs_are_a_page_away(client, workshop, monkeypatch):
    monkeypatch.setattr(queries, "PAGE", 2)
    for n in range(3):
        sample.add.using(actor=actor_in(workshop)).enqueue(n, n)
    keys = list(Job.objects.order_by("-pk").values_list("pk", flat=True))
    first = queries.job_page(actor_in(workshop))
    second = queries.job_page(actor_in(workshop), first.before)
    assert [row.id for row in first.rows + second.rows] == keys and second.before is None
    user = member(workshop)
    assert f"?before={keys[1]}" in get(client, user, "/travaux/").content.decode()
    assert get(client, user, "/travaux/?before=nonsense").status_code == 404


def test_a_running_job_follows_itself_with_and_without_a_script(client, workshop, asked):
    Job.objects.update(status=Status.RUNNING, started_at=timezone.now(), attempt=1, done=3, total=10, message="PC-042")
    user = member(workshop)
    page = get(client, user, url_of(asked)).content.decode()
    assert f'hx-get="{url_of(asked)}" hx-trigger="every 2s"' in page
    assert '<noscript><meta http-equiv="refresh"' in page and 'value="3" max="10"' in page and "PC-042" in page
    part = get(client, user, url_of(asked), hx_request="true")
    assert part.headers["Vary"].find("HX-Request") >= 0
    assert (
        part.content.decode().strip().startswith('<section class="panel" id="job"')
        and "<html" not in part.content.decode()
    )
    assert part.content.decode().strip() in page


def test_a_finished_job_stops_asking(client, workshop, asked):
    Job.objects.update(status=Status.SUCCESSFUL, started_at=timezone.now(), finished_at=timezone.now())
    page = get(client, member(workshop), url_of(asked)).content.decode()
    assert "hx-get" not in page and "http-equiv" not in page


@pytest.mark.parametrize("what", ["", "The file is gone."])
def test_a_failed_job_says_what_to_do(client, workshop, asked, what):
    error = {"class": "builtins.ValueError", "where": "m:1 f", "attempt": 1, "at": ""} | (
        {"what": what} if what else {}
    )
    Job.objects.update(status=Status.FAILED, started_at=timezone.now(), finished_at=timezone.now(), errors=[error])
    page = get(client, member(workshop), url_of(asked)).content.decode()
    assert "notice-danger" in page and "builtins.ValueError" in page and (what in page)
    assert "m:1 f" not in page


def test_a_job_that_waits_after_a_failure_says_when(client, workshop, asked):
    Job.objects.update(failures=1, attempt=1, errors=[{"class": "builtins.OSError", "where": ""}])
    assert "notice-warning" in get(client, member(workshop), url_of(asked)).content.decode()


def test_a_job_that_this_version_does_not_know_is_shown_by_its_path(workshop, asked):
    Job.objects.update(task="gone.away")
    assert queries.job_page(actor_in(workshop)).rows[0].title == "gone.away"


def test_addresses_are_in_the_namespace_jobs():
    with with_job_pages:
        assert reverse("jobs:list") == "/travaux/"
