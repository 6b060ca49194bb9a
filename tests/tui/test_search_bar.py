"""The line to search in: what is pasted into it, what Tab does to it."""

from store import contacts
from tests.tui.conftest import Screens
from tui.widgets.line import Line


async def test_a_number_is_pasted_with_the_marks_around_it_and_found(screens: Screens) -> None:
    contacts.create("+573001234567", "Ana")
    contacts.create("+573009999999", "Eva")
    async with screens() as person:
        await person.press("slash")
        await person.burst("\x1b[200~\u202a+57 300\u2011123\u200b 4567\u202c\x1b[201~")
        assert person.sees("1 contact of 2", "Ana")
        assert "\ufffd" not in person.text


async def test_a_name_is_pasted_with_the_joiners_of_its_letters_and_found(screens: Screens) -> None:
    contacts.create("+573001234567", "می\u200cخواهم")
    contacts.create("+573009999999", "Eva")
    async with screens() as person:
        await person.press("slash")
        await person.burst("\x1b[200~\u202bمی\u200cخواهم\u202c\x1b[201~")
        assert person.sees("1 contact of 2")


async def test_tab_behind_a_whole_filter_leaves_it_and_goes_on(screens: Screens) -> None:
    contacts.create("+573001234567", "Ana")
    async with screens() as person:
        await person.press("slash")
        await person.type("count")
        await person.press("tab")
        await person.type("co")
        line = person.app.screen.query_one("#search", Line)
        assert line.value == "country:co" and line.has_focus
        await person.press("tab")
        assert line.value == "country:co" and not line.has_focus
        assert person.sees("Ana", "1 contact of 1")
