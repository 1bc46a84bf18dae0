"""Addresses under /schools/: schools, people, roles, hubs, what the top bar chooses, imports."""

from django.urls import path

from schools.views import (
    addresses,
    hubs,
    imports,
    letter_steps,
    letter_templates,
    letters,
    news,
    people,
    roles,
    schools,
)

app_name = "schools"

urlpatterns = [
    path("imports/", imports.ImportList.as_view(), name="import-list"),
    path("imports/<int:pk>/", imports.ImportDetail.as_view(), name="import-detail"),
    path("", schools.SchoolList.as_view(), name="school-list"),
    path("<int:pk>/", schools.SchoolDetail.as_view(), name="school-detail"),
    path("<int:pk>/people/", schools.SchoolPeople.as_view(), name="school-people"),
    path("<int:pk>/history/", schools.SchoolHistory.as_view(), name="school-history"),
    path("<int:pk>/hub/", schools.SchoolHub.as_view(), name="school-hub"),
    path("<int:pk>/letters/", letters.SchoolLetters.as_view(), name="school-letters"),
    # Letters to many people, whether somebody wants news, and what comes back
    path("letters/", letters.LetterList.as_view(), name="letter-list"),
    path("letters/<int:pk>/", letters.LetterDetail.as_view(), name="letter-detail"),
    path("letters/<int:pk>/attachment/", letters.letter_attachment, name="letter-attachment"),
    path("letters/<int:pk>/text/", letters.LetterWrite.as_view(), name="letter-write"),
    path("letters/<int:pk>/template/", letters.letter_use_template, name="letter-use-template"),
    path("letters/<int:pk>/recipients/", letter_steps.LetterRecipients.as_view(), name="letter-recipients"),
    path("letters/<int:pk>/preview/", letter_steps.LetterPreview.as_view(), name="letter-preview"),
    path("letters/<int:pk>/test/", letter_steps.letter_test, name="letter-test"),
    path("letters/<int:pk>/send/", letter_steps.LetterSend.as_view(), name="letter-send"),
    path("letters/<int:pk>/take-back/", letter_steps.letter_cancel, name="letter-cancel"),
    path("letters/<int:pk>/throw-away/", letter_steps.letter_discard, name="letter-discard"),
    path("letters/mails/<int:pk>/", letters.LetterMail.as_view(), name="letter-mail"),
    path("letters/templates/", letter_templates.TemplateList.as_view(), name="template-list"),
    path("letters/templates/new/", letter_templates.TemplateCreate.as_view(), name="template-create"),
    path("letters/templates/<int:pk>/", letter_templates.TemplateEdit.as_view(), name="template-edit"),
    path("letters/templates/<int:pk>/delete/", letter_templates.template_delete, name="template-delete"),
    path("news/<str:token>/", news.NewsChoicePage.as_view(), name="news-choice"),
    path("people/<int:pk>/news/", news.person_news, name="person-news"),
    path("addresses/", addresses.AddressList.as_view(), name="address-list"),
    path("addresses/<int:pk>/clear/", addresses.address_clear, name="address-clear"),
    path("addresses/came-back/", addresses.bounce_call, name="bounce-call"),
    path("people/", people.PersonList.as_view(), name="person-list"),
    path("people/invite/", roles.PersonInvite.as_view(), name="person-create"),
    path("people/<int:pk>/", people.PersonDetail.as_view(), name="person-detail"),
    path("people/<int:pk>/edit/", people.PersonEdit.as_view(), name="person-edit"),
    path("people/<int:pk>/invite-again/", people.person_invite_again, name="person-invite-again"),
    path("people/<int:pk>/roles/", roles.RoleGrant.as_view(), name="role-grant"),
    path("people/<int:pk>/look-as/", people.view_as, name="view-as"),
    path("roles/<int:pk>/end/", roles.RoleEnd.as_view(), name="role-end"),
    path("look-as/stop/", people.view_as_stop, name="view-as-stop"),
    path("hubs/<int:pk>/", hubs.HubDetail.as_view(), name="hub-detail"),
    path("hubs/<int:pk>/email/", hubs.HubEmail.as_view(), name="hub-email"),
    path("year/", hubs.year_choose, name="year-choose"),
    path("hub/", hubs.hub_choose, name="hub-choose"),
]
