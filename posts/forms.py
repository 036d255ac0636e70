from django import forms

from posts.models import Visibility


class CommentForm(forms.Form):
    """Parses; the action judges, so page and API say the same."""

    content = forms.CharField(required=False, strip=False, widget=forms.Textarea)


class PostForm(CommentForm):
    visibility = forms.CharField(required=False, initial=Visibility.PUBLIC)
