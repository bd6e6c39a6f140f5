"""What the kernel does by itself, each night."""

from datetime import timedelta

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maillon.kernel import ledger
from maillon.kernel.jobs.models import Job, PeriodicRun, Status
from maillon.kernel.jobs.schedule import periodic
from maillon.kernel.jobs.tasks import job

KEPT = timedelta(days=30)  # as long as a failure may wait for someone to look at it
AT_ONCE = 5_000


@periodic(daily_at="03:10")
@job(title=_("Forget the jobs finished a month ago"))
def forget_old_jobs() -> int:
    """Returns how many jobs were forgotten; at most 5,000 a night, so that no transaction is long."""
    before = timezone.now() - KEPT
    old = Job.objects.filter(status__in=(Status.SUCCESSFUL, Status.FAILED), finished_at__lt=before)
    forgotten, _by_model = Job.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:AT_ONCE])).delete()
    latest = PeriodicRun.objects.values("name").annotate(due=Max("due"))
    for row in latest:  # the last one stays: it tells that the job is known
        PeriodicRun.objects.filter(name=row["name"], due__lt=min(before, row["due"])).delete()
    return forgotten


@periodic(daily_at="03:20")
@job(title=_("Forget the sessions and the counts that have expired"))
def forget_expired() -> None:
    SessionStore.clear_expired()
    table = connection.ops.quote_name(settings.COUNTS_TABLE)
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE expires < %s", [now])  # noqa: S608


@periodic(daily_at="03:30")
@job(title=_("Sign the ledger's checkpoint"))
def sign_ledger() -> int:
    """Returns the number of the checkpoint."""
    number: int = ledger.checkpoint().number
    return number
