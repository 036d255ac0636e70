"""Cases of the staff: what is reported joins one, one of the staff takes it, and appeals are answered."""

from datetime import timedelta

import pytest
from django.utils import timezone

from feedsite.errors import Conflict, DomainError, Forbidden, NotFound
from moderation import actions, tasks
from moderation.actions import appealing
from moderation.models import Act, Appeal, Case, Report
from posts import actions as posts
from tests.helpers import run_tasks
from tests.moderating import on_person, on_post, said, staff
from tests.pages import publish


@pytest.fixture
def post(alice):
    return publish(alice, "Cheap watches #quay")


# --- Reports and cases ---------------------------------------------------------------------------


def test_reports_of_one_post_are_one_case_and_all_who_reported_hear_what_came_of_it(post, mona, bob, carol, api):
    for reporter in (bob, carol, bob):
        actions.report(reporter=reporter, category="spam", post_id=post.pk)
    case = Case.objects.get()
    assert (case.weight, case.reports_count, case.reports.count(), case.post) == (2, 2, 2, post)
    on_post(mona, Act.HIDE, post)
    run_tasks()
    tasks.sweep_reports()
    case.refresh_from_db()
    assert case.state == Case.State.CLOSED
    for reporter in (bob, carol):
        (text,) = said(api, reporter)
        assert text.startswith("Thank you for your report of ")
        assert text.endswith("done something about it.")
        assert "alice" not in text
    assert not Report.objects.filter(answered_at=None).exists()


def test_a_dismissed_case_says_that_nothing_was_found_and_may_be_opened_anew(post, mona, bob, alice, api):
    first = actions.report(reporter=bob, category="other", comment="I dislike it", post_id=post.pk)
    actions.decide(actor=mona, act=Act.DISMISS, about=alice, case=first.case, reason="")
    run_tasks()
    assert said(api, bob)[0].endswith("found nothing against the rules.")
    assert said(api, alice) == []
    again = actions.report(reporter=bob, category="spam", post_id=post.pk)
    assert again.case_id != first.case_id


def test_the_case_of_a_held_post_stays_open_until_that_is_decided(post, mona, alice):
    held = on_post(None, Act.HOLD, post, facts={"score": 0.8})
    assert (held.facts["score"], held.facts["excerpt"]) == (0.8, "Cheap watches #quay")
    with pytest.raises(Conflict, match="Approve it"):
        actions.decide(actor=mona, act=Act.DISMISS, about=alice, case=held.case, reason="")
    actions.decide(actor=mona, act=Act.WARN, about=alice, case=held.case, reason="Again")
    held.case.refresh_from_db()
    assert held.case.state == Case.State.OPEN
    approved = actions.decide(actor=mona, act=Act.APPROVE, about=alice, case=held.case, reason="")
    held.case.refresh_from_db()
    assert (held.case.state, approved.undoes) == (Case.State.CLOSED, held)
    with pytest.raises(Conflict, match="closed"):
        actions.decide(actor=mona, act=Act.WARN, about=alice, case=held.case, reason="Again")


def test_a_restored_post_grants_the_open_appeal(post, mona, alice):
    hidden = on_post(mona, Act.HIDE, post)
    appeal = actions.appeal(author=alice, decision_id=hidden.pk, text="These are my own watches.")
    on_post(mona, Act.RESTORE, post, message="You are right.")
    appeal.refresh_from_db()
    assert (appeal.state, appeal.answer) == (Appeal.State.GRANTED, "You are right.")


def test_a_claim_keeps_others_off_until_it_ends(post, mona, bob):
    peer, boss = staff("peer"), staff("boss", "administrator")
    case = actions.report(reporter=bob, category="spam", post_id=post.pk).case
    actions.claim(actor=mona, case_id=case.pk)
    actions.claim(actor=mona, case_id=case.pk)
    actions.note(actor=peer, case_id=case.pk, text="Seen this before")
    for refused in (
        lambda: actions.claim(actor=peer, case_id=case.pk),
        lambda: actions.release(actor=peer, case_id=case.pk),
        lambda: on_post(peer, Act.HIDE, post),
    ):
        with pytest.raises(DomainError) as error:
            refused()
        assert "@mona" in error.value.detail
    actions.release(actor=boss, case_id=case.pk)
    actions.claim(actor=mona, case_id=case.pk)
    Case.objects.update(claimed_at=timezone.now() - timedelta(minutes=31))
    assert on_post(peer, Act.HIDE, post).case_id == case.pk


def test_an_erased_post_leaves_its_case(post, bob, alice):
    second = publish(alice, "More watches")
    for one in (post, second):
        actions.report(reporter=bob, category="spam", post_id=one.pk)
    actions.report(reporter=bob, category="spam", user_id=alice.pk)
    posts.erase([post.pk, second.pk])
    assert Case.objects.filter(post=None, state="open").count() == 3
    assert actions.report(reporter=bob, category="hate", user_id=alice.pk).category == "spam"


# --- Appeals -------------------------------------------------------------------------------------


def test_an_appeal_that_is_granted_undoes_the_decision(post, mona, alice, api):
    peer = staff("peer")
    hidden = on_post(mona, Act.HIDE, post)
    appeal = actions.appeal(author=alice, decision_id=hidden.pk, text="These are my own watches.")
    with pytest.raises(Conflict):
        actions.appeal(author=alice, decision_id=hidden.pk, text="Again")
    with pytest.raises(Forbidden):
        actions.answer(actor=mona, appeal_id=appeal.pk, grant=True, answer="Fine.")
    answered = actions.answer(actor=peer, appeal_id=appeal.pk, grant=True, answer="Sorry.")
    assert (answered.state, answered.answer, answered.answered_by) == (Appeal.State.GRANTED, "Sorry.", peer)
    assert api(alice).get(f"/posts/{post.pk}")[0] == 200
    assert said(api, alice)[0].endswith("there again. “Cheap watches #quay” Sorry.")
    with pytest.raises(Conflict):
        actions.answer(actor=peer, appeal_id=appeal.pk, grant=False, answer="No.")


def test_an_appeal_that_is_refused_leaves_it_and_says_so(mona, alice, bob, api):
    peer = staff("peer")
    warning = on_person(mona, Act.WARN, alice)
    with pytest.raises(NotFound):
        actions.appeal(author=bob, decision_id=warning.pk, text="Me too")
    appeal = actions.appeal(author=alice, decision_id=warning.pk, text="Why?")
    actions.answer(actor=peer, appeal_id=appeal.pk, grant=False, answer="You were warned.")
    assert said(api, alice)[0] == "The moderators have looked again, and it stays as it is. You were warned."


def test_nobody_appeals_too_late_or_against_what_was_undone(post, mona, alice, monkeypatch):
    hidden = on_post(mona, Act.HIDE, post)
    actions.undo(actor=mona, decision_id=hidden.pk, reason="a mistake")
    with pytest.raises(Conflict):
        actions.appeal(author=alice, decision_id=hidden.pk, text="Why?")
    monkeypatch.setattr(appealing, "APPEAL_DAYS", 0)
    with pytest.raises(Conflict, match="before that"):
        actions.appeal(author=alice, decision_id=on_post(mona, Act.HIDE, post).pk, text="Why?")
