"""The rules of a device's life, without a database."""

import pytest

from maillon.workshop.life import BY_NAME, STEPS, Facts, MediumFacts, MediumState, State, erasure_established, obstacles

DISK = MediumFacts("Samsung MZ7LN256 S3Z9", MediumState.TO_ERASE)


def codes(step, **facts):
    return [obstacle.code for obstacle in obstacles(BY_NAME[step], Facts(**facts))]


def test_a_step_from_the_wrong_state_is_refused_for_that_alone():
    assert codes("ready", state=State.RECEIVED) == ["state"]


def test_every_obstacle_is_told_at_once():
    facts = {"state": State.CHECKED, "media": (DISK,), "media_known": True, "checks_open": 2, "parts_only": True}
    assert codes("ready", **facts) == ["not_erased", "checks_open", "no_grade", "parts_only"]


def test_an_unproved_disk_is_named():
    [obstacle] = obstacles(BY_NAME["installed"], Facts(state=State.REPAIRED, media=(DISK,), media_known=True))
    assert str(obstacle.what) == "Erasure not proved: disk Samsung MZ7LN256 S3Z9."


@pytest.mark.parametrize("state", [MediumState.ERASED, MediumState.DESTROYED, MediumState.ABSENT])
def test_a_disk_erased_destroyed_or_absent_holds_nothing_back(state):
    media = (MediumFacts("x", state), MediumFacts("system", MediumState.ERASED))
    assert codes("installed", state=State.ERASED, media=media, media_known=True) == []


@pytest.mark.parametrize("state", [MediumState.TO_ERASE, MediumState.FAILED])
def test_one_unproved_disk_among_others_is_enough_to_refuse(state):
    media = (MediumFacts("a", MediumState.ERASED), MediumFacts("b", state))
    assert not erasure_established(Facts(state=State.INSPECTED, media=media, media_known=True))


def test_a_system_is_installed_on_a_disk():
    for media in ((), (MediumFacts("x", MediumState.ABSENT),)):
        assert codes("installed", state=State.ERASED, media=media, media_known=True) == ["no_disk"]


def test_unknown_disks_are_not_erased_disks():
    assert not erasure_established(Facts(state=State.INSPECTED))
    assert codes("recycled", state=State.RECEIVED) == ["media_unknown"]


def test_nobody_declares_erased_or_inspected_by_hand():
    assert {step.name for step in STEPS if not step.by_hand} == {"erased", "inspected"}


def test_no_way_leads_out_of_the_workshop_without_a_proof_of_erasure():
    """Handed over, recycled, reserved, ready: each asks for the proof itself, whatever the way taken."""
    leaving = {State.READY, State.RESERVED, State.HANDED_OVER, State.RECYCLED}
    exempt = {"released"}  # from reserved, which asked for it
    assert [s.name for s in STEPS if s.to in leaving and "erasure" not in s.needs and s.name not in exempt] == []


def test_every_state_is_reached_and_every_step_leads_from_a_known_state():
    reached = {step.to for step in STEPS} | {State.ANNOUNCED}
    assert reached == set(State)
    assert all(step.sources <= set(State) for step in STEPS)


def test_a_failing_check_is_named():
    facts = Facts(state=State.INSTALLED, media_known=True, checks_done=True, checks_failing=("Keyboard",))
    assert [str(o.what) for o in obstacles(BY_NAME["checked"], facts)] == ["Failing: Keyboard."]
