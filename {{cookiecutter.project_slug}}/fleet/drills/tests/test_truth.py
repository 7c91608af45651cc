"""Pages are right for their time, own changes are seen at once, nothing is lost."""

import pytest

from fleet.drills.evidence import Commit, Kind, SeenScore
from fleet.drills.truth import OwnAtOnce, RightForItsTime, lost_saves

MATCH = 7
# The minute is that of the clock: minute n was committed between n and n + 0.1.
COMMITS = [Commit(MATCH, n, n // 4, n, n + 0.1) for n in range(1, 20)]


def live(request_at, at, minute, goals=None, **fields):
    seen = SeenScore(MATCH, minute, minute // 4 if goals is None else goals)
    return request_at(at, Kind.LIVE, scores=(seen,), **fields)


class TestRightForItsTime:
    promise = RightForItsTime(behind_s=3)

    def problems(self, evidence, *requests, promise=promise, **fields):
        return list(promise.problems(evidence(*requests, commits=COMMITS, **fields)))

    def test_a_page_may_be_a_little_behind(self, evidence, request_at):
        assert self.problems(evidence, live(request_at, 9.5, minute=6)) == []

    def test_but_not_more(self, evidence, request_at):
        (problem,) = self.problems(evidence, live(request_at, 9.5, minute=5, goals=1))
        assert problem == "/1/ of web1 at -0.50 s: minute 5, but 6 was 3 s old"

    def test_goals_count_as_well(self, evidence, request_at):
        (problem,) = self.problems(evidence, live(request_at, 11.5, minute=11, goals=1))
        assert "goals 1, but 2" in problem

    def test_nothing_is_seen_before_it_happened(self, evidence, request_at):
        (problem,) = self.problems(evidence, live(request_at, 9.5, minute=10, goals=2))
        assert problem == "/1/ of web1 at -0.50 s: minute 10, but there were 9"

    def test_what_was_committed_while_the_page_was_made_may_be_there_or_not(
        self, evidence, request_at
    ):
        for minute in (8, 9, 10):
            assert self.problems(evidence, live(request_at, 9.5, minute, 2, took=1)) == []

    def test_a_commit_that_nobody_knows_of_may_be_there_or_not(self, evidence, request_at):
        commits = [Commit(MATCH, 1, 0, 1, 1.1), Commit(MATCH, 2, 0, 2, None)]
        for minute in (1, 2):
            page = live(request_at, 9, minute)
            assert list(self.promise.problems(evidence(page, commits=commits))) == []

    def test_a_page_of_another_match_is_compared_with_that(self, evidence, request_at):
        other = request_at(9.5, Kind.LIVE, scores=(SeenScore(8, 1, 0),))
        (problem,) = self.problems(evidence, other)
        assert "minute 1, but there were 0" in problem

    def test_somebody_has_to_have_looked(self, evidence, request_at):
        assert self.problems(evidence, request_at(9)) == ["nobody saw a score"]

    def test_a_slot_that_went_backward_breaks_it(self, evidence):
        (first, *_others) = self.problems(evidence, backward=["slot 1: 3 after 4"])
        assert first == "slot 1: 3 after 4"

    @pytest.mark.parametrize("at", [13.9, 16.9])
    def test_pages_stand_still_only_where_they_may(self, evidence, request_at, at):
        page = live(request_at, at, minute=8)
        still = RightForItsTime(behind_s=3, may_stand_still=True)
        assert self.problems(evidence, page, promise=still) == []
        assert self.problems(evidence, page)

    def test_or_as_they_were_known(self, evidence, request_at):
        known = RightForItsTime(behind_s=3, may_stand_still=True, known_s=2)
        assert self.problems(evidence, live(request_at, 13.9, minute=4), promise=known) == []
        assert self.problems(evidence, live(request_at, 13.9, minute=3), promise=known)

    def test_and_not_for_longer(self, evidence, request_at):
        still = RightForItsTime(behind_s=3, may_stand_still=True)
        assert self.problems(evidence, live(request_at, 17.1, minute=8), promise=still)

    def test_nor_at_what_was_old_when_it_broke(self, evidence, request_at):
        still = RightForItsTime(behind_s=3, may_stand_still=True)
        assert self.problems(evidence, live(request_at, 13.9, minute=5), promise=still)


class TestOwnAtOnce:
    @pytest.fixture
    def save(self, request_at):
        def save(at, turn, **fields):
            return request_at(at, Kind.SAVE, team=1, turn=turn, **fields)

        return save

    @pytest.fixture
    def editor(self, request_at):
        def editor(at, captain, **fields):
            return request_at(at, Kind.OWN, team=1, captain=captain, **fields)

        return editor

    def problems(self, evidence, *requests, **how):
        return list(OwnAtOnce(**how).problems(evidence(*requests)))

    def test_what_was_saved_is_shown(self, evidence, save, editor):
        assert self.problems(evidence, save(1, turn=1), editor(2, captain=2)) == []

    def test_what_was_there_before_is_not(self, evidence, save, editor):
        requests = [save(1, turn=1), save(3, turn=2), editor(4, captain=2)]
        (problem,) = self.problems(evidence, *requests)
        assert problem.endswith("captain 2, saved was [3]")

    def test_a_save_without_an_answer_may_have_been_done_or_not(self, evidence, save, editor):
        requests = [save(1, turn=1), save(3, turn=2, status=0)]
        for captain in (2, 3):
            assert self.problems(evidence, *requests, editor(4, captain)) == []
        assert self.problems(evidence, *requests, editor(4, captain=4))

    def test_before_the_first_save_anything_may_be_there(self, evidence, save, editor):
        assert self.problems(evidence, editor(1, captain=9), save(2, turn=1)) == []

    def test_teams_are_not_mixed(self, evidence, save, request_at):
        other = request_at(2, Kind.OWN, team=2, captain=9)
        assert self.problems(evidence, save(1, turn=1), other) == []

    def test_it_may_stand_still_only_where_it_may(self, evidence, save, editor):
        requests = [save(9, turn=1), save(11, turn=2), editor(12, captain=2)]
        assert self.problems(evidence, *requests, may_stand_still=True) == []
        assert self.problems(evidence, *requests)


class TestLostSaves:
    def test_none_is_when_all_were_committed_in_this_order(self):
        assert list(lost_saves({1: [3, 4, 5]}, {1: [3, 4, 5]})) == []

    def test_what_was_committed_without_an_answer_does_not_matter(self):
        assert list(lost_saves({1: [3, 5]}, {1: [9, 3, 4, 5, 6]})) == []

    @pytest.mark.parametrize("committed", [{}, {1: [3]}, {1: [5, 3]}, {2: [3, 5]}])
    def test_what_was_acknowledged_and_not_committed_is(self, committed):
        (problem,) = lost_saves({1: [3, 5]}, committed)
        assert (
            problem.endswith("of team 1 (captain 5) is not in the database") or "save 1" in problem
        )
