from django.urls import path

from feeds.experiments import views

urlpatterns = [path("<slug:name>/", views.experiment_results, name="experiment_results")]
