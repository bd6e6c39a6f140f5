"""Places, organisations and the people who act for them."""

from typing import Any, ClassVar

from allauth.account.models import EmailAddress
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maillon.kernel.actor import Actor
from maillon.kernel.ids import new_id
from maillon.territory.numbers import uai_problem
from maillon.territory.roles import OWN_SCOPES, TOKEN_SCOPES, Role


class Commune(models.Model):
    """A French commune, by its INSEE code (not its postcode: one commune may have several)."""

    code = models.CharField(_("INSEE code"), max_length=5, primary_key=True)
    name = models.CharField(_("name"), max_length=80)
    postcodes = models.JSONField(_("postcodes"), default=list)
    population = models.PositiveIntegerField(_("population"), null=True)
    grouping_siren = models.CharField(_("grouping's SIREN"), max_length=9, blank=True, db_index=True)
    grouping_name = models.CharField(_("grouping"), max_length=120, blank=True)

    class Meta:
        ordering = ["name", "code"]

    def __str__(self) -> str:
        return self.name


class District(models.Model):
    """A priority district (QPV), imported from the official file: none is known before."""

    code = models.CharField(_("code"), max_length=12, primary_key=True)  # such as QN04401M
    name = models.CharField(_("name"), max_length=160)
    communes = models.ManyToManyField(Commune, related_name="districts", verbose_name=_("communes"))
    outline = models.JSONField(_("outline"), null=True)  # GeoJSON geometry, WGS 84
    version = models.CharField(_("version"), max_length=40, blank=True)  # of the file it came from

    class Meta:
        ordering = ["name", "code"]

    def __str__(self) -> str:
        return self.name


class OrganisationKind(models.TextChoices):
    COORDINATION = "coordination", _("Coordination")
    WORKSHOP = "workshop", _("Workshop")
    DONOR = "donor", _("Donor")
    PRESCRIBER = "prescriber", _("Prescriber")
    LANDLORD = "landlord", _("Landlord")
    ASSOCIATION = "association", _("Association")
    SCHOOL = "school", _("School")
    TOWN = "town", _("Town")
    OPERATOR = "operator", _("Operator")
    PLACE = "place", _("Place open to the public")


def check_uai(value: str) -> None:
    problem = uai_problem(value)
    if problem == "shape":
        raise ValidationError(_("A UAI is seven digits and a letter, such as 0440021J."))
    if problem == "letter":
        raise ValidationError(_("The letter of this UAI does not match its digits: check each of them."))


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def visible_to(self, actor: Actor) -> "OrganisationQuerySet":
        """A coordination sees its territory's organisations, the others themselves alone."""
        if actor.oversees and actor.territory_id:
            return self.filter(territory_id=actor.territory_id)
        return self.filter(pk=actor.organisation_id) if actor.organisation_id else self.none()


class Organisation(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=OrganisationKind)
    name = models.CharField(_("name"), max_length=120)
    territory = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        related_name="organisations",
        verbose_name=_("coordination it belongs to"),
    )  # a coordination belongs to itself
    commune = models.ForeignKey(Commune, null=True, blank=True, on_delete=models.PROTECT, verbose_name=_("commune"))
    address = models.CharField(_("address"), max_length=200, blank=True)
    siret = models.CharField(_("SIRET"), max_length=14, blank=True)
    uai = models.CharField(_("UAI"), max_length=8, blank=True, validators=[check_uai])
    phone = models.CharField(_("telephone"), max_length=20, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    fictitious = models.BooleanField(_("fictitious"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[Any] = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        # Verified: only an invited address gets here, and each sign-in by code proves it again.
        EmailAddress.objects.using(self._db).create(user=user, email=user.email, primary=True, verified=True)
        return user


class User(AbstractBaseUser):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name shown"), max_length=120, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    objects: ClassVar[Any] = UserManager()

    def __str__(self) -> str:
        return self.name or str(self.pk)

    def get_full_name(self) -> str:
        return self.name


class Membership(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=Role)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "organisation", "role"], name="one_membership_a_role")]
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.organisation_id}"


class Place(models.Model):
    """Where machines are kept or handed over: a shelf, a room, a van, a desk."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="places")
    name = models.CharField(_("name"), max_length=80)
    open_to_public = models.BooleanField(_("machines are handed over here"), default=False, db_default=False)
    commune = models.ForeignKey(
        Commune, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("commune")
    )
    address = models.CharField(_("address"), max_length=200, blank=True, default="", db_default="")
    hours = models.CharField(  # OpenStreetMap's opening_hours
        _("opening hours"), max_length=255, blank=True, default="", db_default=""
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="one_place_a_name")]
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class Token(models.Model):
    """A machine's key to the API: shown once, kept as its SHA-256."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="tokens")
    label = models.CharField(_("label"), max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(_("scopes"), default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.UUIDField(null=True)
    created_in = models.UUIDField(null=True)  # the organisation its maker acted for; null: before this was kept
    expires_at = models.DateTimeField(_("valid until"), null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "id"]

    def __str__(self) -> str:
        return self.label

    @property
    def allowed(self) -> list[str]:
        """What it may do, in words."""
        return [str(TOKEN_SCOPES.get(scope, scope)) for scope in self.granted]

    @property
    def granted(self) -> list[str]:
        """The scopes that count: names open to no key that another organisation made."""
        own = self.created_in == self.organisation_id
        return [scope for scope in self.scopes if own or scope not in OWN_SCOPES]

    @property
    def expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()
