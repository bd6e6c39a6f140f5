"""Django's settings. Each value an operator may change is an environment variable, listed in docs/operators.md."""

from pathlib import Path

import dj_database_url
from django.utils.translation import gettext_lazy as _

from maillon.config import env

PACKAGE = Path(__file__).resolve().parent.parent
DATA = env.data_folder()

DEBUG = env.flag("MAILLON_DEBUG", False)
DEMO = env.flag("MAILLON_DEMO", True)
SECRET_KEY = env.secret(DATA, "secret-key", "MAILLON_SECRET_KEY")
# Ciphers and the ledger's signing key are derived from a key of their own, so that sessions can be rotated apart.
VAULT_KEY = env.secret(DATA, "vault-key", "MAILLON_VAULT_KEY")

# The public address, printed on labels and in certificates: "https://maillon.example".
SITE_URL = env.origin("MAILLON_SITE_URL", env.text("MAILLON_SITE_URL", "http://localhost:8000"))
HTTPS = SITE_URL.startswith("https://")
ALLOWED_HOSTS = env.hosts(
    "MAILLON_ALLOWED_HOSTS", ["*"] if DEMO else [env.host_of(SITE_URL), "localhost", "127.0.0.1", "[::1]"]
)
CSRF_TRUSTED_ORIGINS = [
    env.origin("MAILLON_TRUSTED_ORIGINS", given) for given in env.words("MAILLON_TRUSTED_ORIGINS", [SITE_URL])
]
# Behind a proxy, who asks is the last address it adds to X-Forwarded-For; without one, nobody's word is taken.
BEHIND_PROXY = env.flag("MAILLON_BEHIND_PROXY", False)

INSTALLED_APPS = [
    "django.forms",
    "maillon.kernel",
    "maillon.territory",
    "maillon.collection",
    "maillon.needs",
    "maillon.workshop",
    "maillon.allocation",
    "maillon.distribution",
    "maillon.consultation",
    "maillon.observatory",
    "maillon.demo",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_tasks",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "maillon.kernel.middleware.compressed",
    "maillon.kernel.middleware.security_headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "maillon.territory.middleware.actor",
    "maillon.kernel.middleware.body_limit",
    "maillon.kernel.middleware.AccessMiddleware",
]

ROOT_URLCONF = "maillon.config.urls"
WSGI_APPLICATION = "maillon.config.wsgi.application"
AUTH_USER_MODEL = "territory.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "maillon.kernel.context.page",
            ],
            "builtins": ["maillon.kernel.templatetags.maillon", "maillon.kernel.templatetags.words"],
        },
    }
]

SQLITE_OPTIONS = {
    # IMMEDIATE: a deferred transaction that turns into a write fails with "locked" under concurrency, this one waits.
    "transaction_mode": "IMMEDIATE",
    "timeout": 60,  # seconds: a list of 50,000 machines enters in one transaction, during which the others wait
    # FULL keeps the last commits through a power cut: a ledger must not forget.
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY;"
    ),
}
DATABASES = {
    "default": dj_database_url.parse(
        env.database(f"sqlite:///{DATA / 'maillon.sqlite3'}"),
        conn_max_age=600,
        conn_health_checks=True,  # or each thread would fail once after PostgreSQL was restarted
    )
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS

COUNTS_TABLE = "kernel_cache"
CACHES = {
    "default": {
        # Limits of attempts alone are counted here: by all processes of all nodes together, and through restarts.
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": COUNTS_TABLE,
        # With Django's 300, someone would push the others' out.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

TASKS = {"default": {"BACKEND": "maillon.kernel.jobs.backend.DatabaseBackend", "QUEUES": ["default"]}}

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
LOCALE_PATHS = [PACKAGE / "locale"]
TIME_ZONE = "Europe/Paris"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STATICFILES_DIRS = [PACKAGE / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = DATA / "files"
DATA_UPLOAD_MAX_MEMORY_SIZE = 70 * 2**20
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
DATA_UPLOAD_MAX_NUMBER_FILES = 5_000

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = "maillon.territory.sign_in.shown"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]  # nobody signs up alone: this is what lets a password be used
ACCOUNT_ADAPTER = "maillon.territory.sign_in.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"  # accounts are made by invitation; the code sent at sign-in proves the address
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Maillon – "
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a letter on each change of how one signs in
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ADAPTER = "maillon.territory.second_factors.SecondFactors"
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {
    "add_webauthn": "maillon.territory.passkeys.AddKeyForm",
    "edit_webauthn": "maillon.territory.passkeys.EditKeyForm",
}
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMO
SOCIALACCOUNT_ONLY = False

EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if env.text("MAILLON_SMTP_HOST")
    else ("django.core.mail.backends.console.EmailBackend")
)
EMAIL_HOST = env.text("MAILLON_SMTP_HOST")
EMAIL_PORT = env.whole("MAILLON_SMTP_PORT", 587, least=1, most=65_535)
EMAIL_HOST_USER = env.text("MAILLON_SMTP_USER")
EMAIL_HOST_PASSWORD = env.text("MAILLON_SMTP_PASSWORD")
EMAIL_USE_TLS = env.flag("MAILLON_SMTP_TLS", True)
DEFAULT_FROM_EMAIL = env.text("MAILLON_FROM", "Maillon <maillon@localhost>")

# The operator's gateway of text messages: one HTTP POST a message. None: those who would get one are called.
SMS_URL = env.address("MAILLON_SMS_URL")
SMS_TOKEN = env.text("MAILLON_SMS_TOKEN")
SMS_SENDER = env.text("MAILLON_SMS_SENDER")
SMS_FORMAT = env.choice("MAILLON_SMS_FORMAT", "JSON", ("JSON", "FORM"))
SMS_FIELDS = env.names("MAILLON_SMS_FIELDS", {"to": "to", "text": "text", "from": "from"})

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 12 * 3600
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
ALLAUTH_TRUSTED_PROXY_COUNT = int(BEHIND_PROXY)
X_FRAME_OPTIONS = "DENY"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
FORM_RENDERER = "maillon.kernel.forms.Renderer"

DEFAULT_EXCEPTION_REPORTER_FILTER = "maillon.kernel.reports.NoValues"  # no name in a report of an error
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    # Whoever scans the web sends wrong host names all day: they get their 400, the log does not keep them.
    "loggers": {"django.security.DisallowedHost": {"handlers": [], "propagate": False}},
    "root": {"handlers": ["console"], "level": env.choice("MAILLON_LOG_LEVEL", "INFO", env.LOG_LEVELS)},
}
