"""What browsers send of reports and appeals. Forms parse; the actions judge."""

from django import forms

from moderation.models import COMMENT_LENGTH, MESSAGE_LENGTH, Category


class ReportForm(forms.Form):
    category = forms.ChoiceField(choices=Category.choices, widget=forms.RadioSelect)
    comment = forms.CharField(required=False, strip=False, max_length=COMMENT_LENGTH, widget=forms.Textarea)
    # Whoever reports may wish to hear no more of them.
    also = forms.ChoiceField(required=False, choices=[("", ""), ("mute", "mute"), ("block", "block")])


class AppealForm(forms.Form):
    text = forms.CharField(strip=False, max_length=MESSAGE_LENGTH, widget=forms.Textarea)
