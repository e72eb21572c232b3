"""What an account does with a conference and those in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from appconnect.inputs import ModifyConference, ModifyParticipant
from tests.scenarios import setting
from tests.scenarios.names import ScenarioError

if TYPE_CHECKING:
    from tests.scenarios.reading import Fields
    from tests.scenarios.stage import Stage


async def act(stage: Stage, kind: str, value: str, keys: Fields) -> None:
    """Do what a step says."""
    if kind == "participant":
        await _participant(stage, value, keys)
    else:
        await _conference(stage, value, keys)


async def _participant(stage: Stage, call: str, keys: Fields) -> None:
    """Somebody in a conference is changed."""
    call = stage.names.fill(call)
    conference = keys.text("of")
    if conference is None:
        raise ScenarioError("participant: of is missing")
    conference = stage.names.fill(conference)
    coach = keys.text("coach")
    method = keys.text("method") or "POST"
    change = ModifyParticipant(
        conference,
        call,
        muted=keys.flag("muted"),
        hold=keys.flag("hold"),
        hold_url=_url(keys, "hold_url"),
        hold_method=method,
        coaching=keys.flag("coaching"),
        coach=None if coach is None else stage.names.fill(coach),
        end_on_exit=keys.flag("end_on_exit"),
        beep_on_exit=keys.flag("beep_on_exit"),
        announce_url=_url(keys, "announce"),
        announce_method=method,
        kick=keys.flag("kick") is True,
    )
    refused = keys.text("refused")
    keys.done()
    await stage.give_or_see_refused(change, refused)


async def _conference(stage: Stage, conference: str, keys: Fields) -> None:
    """A conference ends, or all in it hear something."""
    conference = stage.names.fill(conference)
    method = keys.text("method") or "POST"
    announce, end = _url(keys, "announce"), keys.flag("end")
    if (announce is None) is (end is not True):
        raise ScenarioError("conference: one of announce and end is needed")
    change = ModifyConference(conference, announce_url=announce, announce_method=method, end=end is True)
    refused = keys.text("refused")
    keys.done()
    await stage.give_or_see_refused(change, refused)


def _url(keys: Fields, name: str) -> str | None:
    url = keys.text(name)
    return None if url is None else setting.whole(url)
