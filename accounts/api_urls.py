from django.urls import path

from accounts import api

urlpatterns = [
    path("auth/signup", api.SignUp.as_view()),
    path("auth/token", api.Token.as_view()),
    path("users/me", api.Me.as_view()),
]
