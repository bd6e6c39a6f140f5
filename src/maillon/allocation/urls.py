from django.urls import include, path

from maillon.allocation import public_views as public
from maillon.allocation import views

app_name = "allocation"
urlpatterns = [
    path(
        "attributions/",
        include(
            [
                path("", views.campaigns_page, name="campaigns"),
                path("nouvelle/", views.new_campaign, name="new-campaign"),
                path("tardives/", views.late_machines, name="late-machines"),
                path("regles/", views.rules_page, name="rules"),
                path("regles/changer/", views.change_rules, name="change-rules"),
                path("regles/essais/<uuid:trial_id>/", views.trial, name="trial"),
                path("regles/essais/<uuid:trial_id>/adopter/", views.adopt_rules, name="adopt-rules"),
                path("recours/", views.reviews_page, name="reviews"),
                path("recours/<uuid:review_id>/", views.review, name="review"),
                path("demandes/<str:request_code>/recours/", views.ask_review, name="ask-review"),
                path("demandes/<str:request_code>/urgence/", views.urgent, name="urgent"),
                path("promesses/<uuid:promise_id>/fin/", views.end_promise, name="end-promise"),
                path("publiques/", public.campaigns, name="public-campaigns"),
                path("publiques/recours/", public.ask_review, name="family-review"),
                path("publiques/check.py", public.checker, name="checker"),
                path("publiques/<str:campaign_code>/", public.campaign, name="public-campaign"),
                path("publiques/<str:campaign_code>/problem.json", public.problem, name="public-problem"),
                path("publiques/<str:campaign_code>/plan.json", public.plan, name="public-plan"),
                path("<str:campaign_code>/", views.campaign_page, name="campaign"),
                path("<str:campaign_code>/calculer/", views.simulate, name="simulate"),
                path("<str:campaign_code>/approuver/", views.approve, name="approve"),
                path("<str:campaign_code>/publier/", views.publish, name="publish"),
                path("<str:campaign_code>/annuler/", views.cancel, name="cancel"),
                path("<str:campaign_code>/reponses/", views.outcomes_page, name="outcomes"),
            ]
        ),
    ),
]
