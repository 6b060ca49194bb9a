"""Undoing an import: what it created goes into the bin, but for those to whom something happened since."""

from pathlib import Path

import openpyxl
import pytest

from store import contacts, database, imports, jobs, listing, properties
from store.errors import JobFailed
from store.imports import State
from store.models import Contact, Job
from store.values.property_type import PropertyType
from tests.support import (
    HEAD,
    finish,
    import_file,
    imported,
    kill_job,
    large_file,
    people,
    plan,
    report_rows,
    undo,
    until,
    workbook,
    writers_wait,
)

pytestmark = pytest.mark.usefixtures("db")


def touch(name: str, **values: int) -> None:
    """Let something have happened to a contact."""
    with database.writing():
        Contact.update(values).where(Contact.name == name).execute()


def binned(import_id: int) -> int:
    """How many contacts the undo has put into the bin so far."""
    found = imports.get(import_id).undo
    return 0 if found is None else found.binned


def test_what_it_created_goes_into_the_bin_and_the_numbers_are_free_again(tmp_path: Path) -> None:
    client = properties.create("Client", PropertyType.TEXT)
    contacts.create("+573009999999", "Other")
    file = workbook(tmp_path / "a.xlsx", [[*HEAD, "Client"], ["+573001234567", "Ana", "Acme"]])
    first = import_file(file)
    view = undo(first.id)
    assert view.state is State.UNDONE
    assert view.undo is not None
    assert (view.undo.binned, view.undo.kept) == (1, 0)
    assert set(people()) == {"Other"}
    assert [item.name for item in properties.list_all()] == ["Client"]
    assert import_file(file).created == 1
    assert people()["Ana"].properties == {client.id: "Acme"}


def test_contacts_that_were_changed_or_in_touch_stay_and_are_listed() -> None:
    import_id = imported(3_000)
    contacts.edit(people()["P7"].id, name="Eva")
    touch("P8", user_initiated=1, first_interaction=1_700_000_000, last_interaction=1_700_000_000)
    touch("P9", received_notifications=1, first_interaction=1_700_000_000, last_interaction=1_700_000_060)
    touch("P10", cancelled_outbounds=1)
    touch("P11", business_initiated=2)
    contacts.delete([people()["P12"].id])
    touch("P12", deleted=77)
    preview = imports.undo_preview(import_id)
    assert (preview.to_bin, preview.kept) == (3_000 - 6, 5)
    whys = {kept.name: kept.why for kept in preview.first_kept}
    assert whys.pop("Eva").startswith("changed on 20")
    assert whys == {
        "P8": "wrote on 2023-11-14 22:13",
        "P9": "in touch on 2023-11-14 22:14",
        "P10": "has interactions",
        "P11": "has interactions",
    }
    view = undo(import_id)
    assert view.undo is not None
    assert (view.undo.binned, view.undo.kept) == (3_000 - 6, 5)
    assert set(people()) == {"Eva", "P8", "P9", "P10", "P11"}
    assert Contact.get(Contact.name == "P12").deleted == 77
    assert contacts.restore(Contact.get(Contact.name == "P13").id).name == "P13"


def test_an_edit_in_the_second_of_the_import_is_a_change(tmp_path: Path) -> None:
    view = import_file(workbook(tmp_path / "a.xlsx", [HEAD, ["+573001234567", "Ana"]]))
    contacts.edit(people()["Ana"].id, name="Eva")
    assert imports.undo_preview(view.id).kept == 1


def test_only_the_first_thousand_of_those_who_stay_are_listed() -> None:
    import_id = imported(1_500)
    with database.writing():
        Contact.update(user_initiated=1).where(Contact.name != "P3").execute()
    preview = imports.undo_preview(import_id)
    assert (preview.to_bin, preview.kept, len(preview.first_kept)) == (1, 1_499, 1_000)


def test_an_undo_killed_in_the_middle_and_begun_again_ends_the_same() -> None:
    import_id = imported(20_000)
    touch("P3", user_initiated=1)
    touch("P19997", user_initiated=1)
    job_id = imports.request_undo(import_id)
    until(lambda: binned(import_id) > 0)
    with database.writing():
        # It waits for us now, in the middle.
        assert kill_job(job_id) == 1
        until(lambda: not imports.get(import_id).is_undoing)
    view = imports.get(import_id)
    assert view.undo is not None
    assert (view.state, view.undo.state) == (State.FINISHED, State.INTERRUPTED)
    assert 0 < view.undo.binned < 19_998
    assert listing.count() == 20_000 - view.undo.binned
    assert imports.undo_preview(import_id).to_bin == 19_998 - view.undo.binned
    view = undo(import_id)
    assert view.undo is not None
    assert (view.state, view.undo.binned, view.undo.kept) == (State.UNDONE, 19_998, 2)
    assert set(people()) == {"P3", "P19997"}


def test_a_stopped_undo_leaves_the_state_and_can_be_begun_again() -> None:
    import_id = imported(40_000)
    job_id = imports.request_undo(import_id)
    until(lambda: binned(import_id) > 0)
    imports.stop(import_id)
    jobs.wait(job_id, 30)
    view = imports.get(import_id)
    assert view.undo is not None
    assert (view.state, view.undo.state) == (State.FINISHED, State.STOPPED)
    assert 0 < view.undo.binned < 40_000
    assert undo(import_id).state is State.UNDONE
    assert listing.count() == 0
    assert binned(import_id) == 40_000


@pytest.mark.parametrize("state", ["finished", "stopped", "in_progress", "failed"])
def test_every_import_that_has_ended_can_be_undone(state: str) -> None:
    import_id = imported(3)
    with database.writing():
        # In progress without a process: it was interrupted.
        Job.update(state=state).execute()
    assert undo(import_id).state is State.UNDONE
    assert listing.count() == 0


def test_an_import_that_is_being_undone_or_was_is_neither_undone_nor_resumed() -> None:
    import_id = imported(10)
    with database.writing():
        Job.update(state="stopped").execute()
    with writers_wait():
        job_id = imports.request_undo(import_id)
        assert imports.state_label(imports.get(import_id)) == "Undo queued"
        for refused in (imports.request_undo, imports.undo_preview, imports.resume):
            with pytest.raises(JobFailed, match="being undone"):
                refused(import_id)
    jobs.wait(job_id, 30)
    for refused in (imports.request_undo, imports.undo_preview, imports.resume):
        with pytest.raises(JobFailed, match="was undone"):
            refused(import_id)
    assert Job.select().count() == 2


def test_a_running_import_is_not_undone(tmp_path: Path) -> None:
    with writers_wait():
        import_id = imports.start(plan(workbook(tmp_path / "a.xlsx", [HEAD, ["+573001234567", "Ana"]])))
        for refused in (imports.request_undo, imports.undo_preview):
            with pytest.raises(JobFailed, match="still running"):
                refused(import_id)
    assert finish(import_id).created == 1


def test_an_undo_waits_for_an_import_that_writes(tmp_path: Path) -> None:
    earlier = imported(10)
    running = imports.start(plan(large_file(tmp_path / "a.xlsx", 8_000)))
    until(lambda: imports.get(running).state is State.IN_PROGRESS)
    job_id = imports.request_undo(earlier)
    assert imports.get(running).is_running
    assert imports.is_waiting(imports.get(earlier))
    finish(running)
    jobs.wait(job_id, 30)
    assert imports.get(earlier).state is State.UNDONE
    assert jobs.get(job_id).started >= imports.get(running).finished


def test_the_report_of_an_undone_import_still_says_what_became_of_its_rows(tmp_path: Path) -> None:
    rows = [HEAD, ["+573001234567", "Ana"], ["+573001234568", "Eva"], ["12", "Bad"]]
    view = import_file(workbook(tmp_path / "a.xlsx", rows))
    contacts.edit(people()["Eva"].id, address="eva@example.com")
    undo(view.id)
    results = report_rows(view.id, tmp_path / "r.xlsx")
    assert [row[-2].split(":")[0] for row in results[1:]] == ["Created", "Created", "Rejected"]
    sheet = openpyxl.load_workbook(tmp_path / "r.xlsx")["Summary"]
    summary = {row[0]: row[1] for row in sheet.iter_rows(values_only=True)}
    assert summary["State"] == "Undone"
    assert summary["Put into the bin by the undo"] == 1
    assert summary["Stayed, changed or in touch since"] == 1


def test_another_program_can_edit_while_an_import_is_undone() -> None:
    import_id = imported(30_000)
    other = contacts.create("+573109999999", "Other")
    imports.request_undo(import_id)
    edits = 0
    while imports.get(import_id).is_undoing:
        contacts.edit(other.id, name=f"Other {edits}")
        edits += 1
    assert edits > 0
    assert set(people()) == {f"Other {edits - 1}"}


def test_a_database_of_the_version_before_is_brought_up_to_date() -> None:
    path = database.path()
    for column in ("undo_job", "undo_binned", "undo_kept", "copy_days"):
        database.db.execute_sql(f'ALTER TABLE "import" DROP COLUMN {column}')
    database.db.execute_sql("DELETE FROM schema_migration WHERE name LIKE '0002%'")
    database.close()
    database.open_database(path)
    assert undo(imported(2)).state is State.UNDONE
