"""What the API takes and, for its schema, what it gives. The rules themselves live in the actions."""

from rest_framework import serializers

from moderation.models import Appeal, Category
from moderation.queries import TOLD, Outcome


class NewReportSerializer(serializers.Serializer):
    post_id = serializers.RegexField(r"^[0-9]{1,16}$", required=False)
    user_id = serializers.RegexField(r"^[0-9]{1,16}$", required=False)
    category = serializers.ChoiceField(choices=Category.values)
    comment = serializers.CharField(required=False, allow_blank=True)


class ReportSerializer(serializers.Serializer):
    report_id = serializers.CharField()
    post_id = serializers.CharField(allow_null=True)
    user_id = serializers.CharField()
    category = serializers.ChoiceField(choices=Category.values)
    comment = serializers.CharField()
    state = serializers.ChoiceField(choices=Outcome.values)
    created_at = serializers.DateTimeField()


class ReportListSerializer(serializers.Serializer):
    reports = ReportSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)
    has_more = serializers.BooleanField()


class NewAppealSerializer(serializers.Serializer):
    text = serializers.CharField()


class AppealSerializer(serializers.Serializer):
    text = serializers.CharField()
    state = serializers.ChoiceField(choices=Appeal.State.values)
    answer = serializers.CharField()
    created_at = serializers.DateTimeField()


class DecisionSerializer(serializers.Serializer):
    decision_id = serializers.CharField()
    act = serializers.ChoiceField(choices=TOLD)
    category = serializers.ChoiceField(choices=["", *Category.values])
    text = serializers.CharField()
    message = serializers.CharField()
    post_id = serializers.CharField(allow_null=True)
    # The words of the post as they stood.
    excerpt = serializers.CharField()
    stands = serializers.BooleanField()
    may_appeal = serializers.BooleanField()
    appeal = AppealSerializer(allow_null=True)
    created_at = serializers.DateTimeField()


class DecisionListSerializer(serializers.Serializer):
    decisions = DecisionSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)
    has_more = serializers.BooleanField()
