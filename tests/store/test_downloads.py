"""Downloads: which contacts, from one picture of the data, whole or not at all, and kept in a history."""

import os
import shlex
import stat
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from store import contacts, database, downloads, properties, search, settings
from store.downloads import Plan, State, table
from store.errors import FileUnusable, Invalid, InvalidFields, JobFailed, NotFound
from store.models import Contact, Job
from store.values import times
from store.values.property_type import PropertyType
from tests.downloading import cells, download, fill, finish, names
from tests.support import ROOT, kill_job, until

pytestmark = pytest.mark.usefixtures("db")


def at(moment: str) -> int:
    """An ISO moment in seconds since 1970."""
    return int(datetime.fromisoformat(moment).timestamp())


def person(name: str, number: int, *, created: str, first: str | None = None) -> None:
    """A contact with moments in its past."""
    made = contacts.create(f"+57300{number:07}", name)
    first_interaction = at(first) if first else 0
    Contact.update(created=at(created), first_interaction=first_interaction).where(
        Contact.id == made.id
    ).execute()


def freeze(monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    monkeypatch.setattr(times, "now", lambda: at(moment))


def half_files() -> list[Path]:
    """All that lies beside the database and is not whole, with what is in it."""
    return list(database.files_folder().glob("download-*.part/*"))


def whole_files() -> list[Path]:
    """Files with the name that one has when it is whole."""
    return [path for path in database.files_folder().glob("download-*") if path.suffix != ".part"]


# Ranges of dates


@pytest.mark.parametrize(
    ("now", "zone", "earliest", "today"),
    [
        ("2026-07-27T12:00Z", "UTC", "2026-05-27", "2026-07-27"),
        ("2026-04-30T12:00Z", "UTC", "2026-02-28", "2026-04-30"),
        ("2024-04-30T12:00Z", "UTC", "2024-02-29", "2024-04-30"),
        ("2026-01-31T12:00Z", "UTC", "2025-11-30", "2026-01-31"),
        ("2026-02-28T12:00Z", "UTC", "2025-12-28", "2026-02-28"),
        ("2026-03-01T02:00Z", "America/Bogota", "2025-12-28", "2026-02-28"),
        ("2026-02-28T20:00Z", "Asia/Tokyo", "2026-01-01", "2026-03-01"),
    ],
)
def test_a_range_reaches_back_two_calendar_months_in_the_companys_time_zone(
    monkeypatch: pytest.MonkeyPatch, now: str, zone: str, earliest: str, today: str
) -> None:
    settings.save(settings.Settings(time_zone=zone))
    freeze(monkeypatch, now)
    first, last = date.fromisoformat(earliest), date.fromisoformat(today)
    assert downloads.day_limits() == (first, last)
    downloads.check_range(first, last)
    downloads.check_range(first, first)
    downloads.check_range(last, None)
    with pytest.raises(Invalid, match=f"two months at most, to {earliest}"):
        downloads.check_range(date.fromordinal(first.toordinal() - 1), last)
    with pytest.raises(Invalid, match=f"not come yet; today is {today}"):
        downloads.check_range(first, date.fromordinal(last.toordinal() + 1))


def test_a_range_that_makes_no_sense_is_refused_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    freeze(monkeypatch, "2026-07-27T12:00Z")
    with pytest.raises(Invalid, match="goes backwards: 2026-07-20 comes after 2026-07-19"):
        downloads.start(Plan(date(2026, 7, 20), date(2026, 7, 19)))
    with pytest.raises(Invalid, match="from which day on, 2026-05-27 at the earliest"):
        downloads.start(Plan(None, date(2026, 7, 19)))
    with pytest.raises(Invalid, match="not come yet"):
        downloads.start(Plan(date(2026, 7, 28), None))
    with pytest.raises(Invalid, match="no such language"):
        downloads.start(Plan(language="fr"))
    assert downloads.list_all() == []


@pytest.mark.parametrize("moved", ["created", "first"])
def test_both_ends_of_a_range_count_and_either_moment_is_enough(
    monkeypatch: pytest.MonkeyPatch, moved: str
) -> None:
    settings.save(settings.Settings(time_zone="America/Bogota"))
    freeze(monkeypatch, "2026-07-27T12:00Z")
    for number, (name, moment) in enumerate(
        {
            "just before": "2026-07-09T23:59:59-05:00",
            "first second": "2026-07-10T00:00:00-05:00",
            "last second": "2026-07-12T23:59:59-05:00",
            "just after": "2026-07-13T00:00:00-05:00",
        }.items()
    ):
        long_ago = "2020-01-01T00:00Z"
        moments = {"created": long_ago, "first": long_ago} | {moved: moment}
        person(name, number, **moments)
    person("never in touch", 9, created="2020-01-01T00:00Z")
    file = download(Plan(date(2026, 7, 10), date(2026, 7, 12)))
    assert names(file) == ["first second", "last second"]
    assert names(download(Plan(date(2026, 7, 13)))) == ["just after"]
    assert len(names(download())) == 5


def test_a_day_that_has_no_midnight_begins_when_it_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    # In Chile clocks went from 23:59:59 to 01:00 on this day.
    settings.save(settings.Settings(time_zone="America/Santiago"))
    freeze(monkeypatch, "2026-09-20T12:00Z")
    person("the day before", 1, created="2026-09-05T23:59:59-04:00")
    person("that day", 2, created="2026-09-06T01:00:00-03:00")
    assert names(download(Plan(date(2026, 9, 6), date(2026, 9, 6)))) == ["that day"]
    assert cells(download())[2][3] == "2026-09-06T01:00:00-03:00"


def test_a_download_has_what_a_search_shows() -> None:
    for number, name in enumerate(["Ana Gómez", "Eva Gomez", "Olga"]):
        contacts.create(f"+57300000{number:04}", name)
    deleted = contacts.create("+573009999999", "Gómez, deleted")
    contacts.delete([deleted.id])
    assert names(download(Plan(search=" GÓMEZ "))) == ["Ana Gómez", "Eva Gomez"]
    assert names(download(Plan(search="300 000 0002"))) == ["Olga"]
    assert names(download(Plan(search="nobody"))) == []


# One picture


def test_what_is_written_meanwhile_is_not_in_the_file() -> None:
    properties.create("Client", PropertyType.TEXT)
    fill(5_000)
    with table.opened(Plan(), None) as opened:
        batches = opened.batches()
        found = list(next(batches)[0])
        with database.writing():
            Contact.update(name="changed").execute()
            Contact.delete().where(Contact.id > 4_000).execute()
            search.rebuild()
        properties.create("Later", PropertyType.TEXT)
        for batch in batches:
            found += batch[0]
        assert [column.title for column in opened.columns][10:] == ["Client"]
    assert found == [f"Contact {i}" for i in range(1, 5_001)]
    assert set(names(download())) == {"changed"}


def test_another_process_can_write_all_the_time_and_no_transaction_is_seen_by_half() -> None:
    fill(30_000)
    write = (
        "import itertools, sys, time; from store import database\n"
        "database.open_database(sys.argv[1], busy_seconds=60)\n"
        "for turn in itertools.count(1):\n"
        "    with database.writing():\n"
        "        database.db.execute_sql('UPDATE contact SET received_notifications = ?', (turn,))\n"
        "    print(turn, flush=True)\n"
        "    time.sleep(0.02)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", write, str(database.path())], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as writer:
        try:
            assert writer.stdout is not None
            writer.stdout.readline()
            seen = [{row[9] for row in cells(download())[1:]} for _ in range(3)]
        finally:
            writer.kill()
    assert [len(turns) for turns in seen] == [1, 1, 1]
    assert len(set().union(*seen)) > 1


# Jobs


def test_a_killed_download_leaves_no_file_is_seen_as_interrupted_and_can_begin_again() -> None:
    fill(150_000)
    download_id = downloads.start(Plan())
    until(lambda: any(path.stat().st_size for path in half_files()))
    assert kill_job(download_id)
    until(lambda: not downloads.get(download_id).is_running, seconds=5)
    view = downloads.get(download_id)
    assert (view.state, downloads.state_label(view), view.rows) == (State.INTERRUPTED, "Interrupted", None)
    assert whole_files() == []
    with pytest.raises(FileUnusable, match="has no file: Interrupted"):
        downloads.kept_file(download_id)
    downloads.again(download_id)
    view = finish(download_id)
    assert (view.state, view.rows) == (State.FINISHED, 150_000)
    assert names(downloads.kept_file(download_id)) == [f"Contact {i}" for i in range(1, 150_001)]
    assert half_files() == []


def test_what_a_killed_download_left_behind_goes_with_the_next_job() -> None:
    fill(150_000)
    killed = downloads.start(Plan())
    until(half_files)
    assert kill_job(killed)
    until(lambda: not downloads.get(killed).is_running, seconds=5)
    assert half_files()
    download(Plan(search="nobody"))
    assert half_files() == []


def test_a_stopped_download_leaves_nothing_and_can_begin_again() -> None:
    fill(300_000)
    download_id = downloads.start(Plan())
    until(half_files)
    with pytest.raises(JobFailed, match="stop it first"):
        downloads.remove(download_id)
    with pytest.raises(JobFailed, match="still running"):
        downloads.again(download_id)
    downloads.stop(download_id)
    assert finish(download_id).state is State.STOPPED
    assert half_files() == whole_files() == []
    downloads.again(download_id)
    assert finish(download_id).rows == 300_000
    with pytest.raises(JobFailed, match="has finished"):
        downloads.again(download_id)


def test_no_space_left_is_told_and_leaves_nothing(small_disk: Path) -> None:
    database.open_database(small_disk / "full.db")
    fill(10_000)
    filler = small_disk / "others"
    filler.write_bytes(bytes(small_disk_free(small_disk) - 600_000))
    view = finish(downloads.start(Plan()))
    assert (view.state, "No space left" in view.message) == (State.FAILED, True)
    assert half_files() == whole_files() == []
    filler.unlink()
    downloads.again(view.id)
    assert finish(view.id).rows == 10_000


def small_disk_free(folder: Path) -> int:
    """Bytes that fit into a file system."""
    free = os.statvfs(folder)
    return free.f_bavail * free.f_frsize


# History and kept files


def test_the_history_says_what_was_chosen_the_latest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    freeze(monkeypatch, "2026-07-27T12:00Z")
    contacts.create("+573001234567", "Ana")
    first = finish(downloads.start(Plan()))
    plan = Plan(date(2026, 7, 1), date(2026, 7, 2), "ana", "pt", ";", "xlsx")
    second = finish(downloads.start(plan))
    assert downloads.list_all() == [second, first]
    assert second.plan == plan
    assert (first.rows, second.rows) == (1, 0)
    assert first.person
    assert datetime.fromtimestamp(first.created_at, UTC).isoformat() == "2026-07-27T12:00:00+00:00"
    assert downloads.proposed_name(second) == "contacts-2026-07-27.xlsx"
    with pytest.raises(NotFound):
        downloads.get(99)


def test_a_copy_has_the_same_bytes_however_often_and_whatever_happened_since(tmp_path: Path) -> None:
    contacts.create("+573001234567", "Ana")
    view = finish(downloads.start(Plan()))
    downloads.save_copy(view.id, tmp_path / "a.csv")
    contacts.create("+573001234568", "Eva")
    downloads.save_copy(view.id, tmp_path / "b.csv")
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    assert (tmp_path / "a.csv").read_bytes() == downloads.kept_file(view.id).read_bytes()
    assert stat.S_IMODE((tmp_path / "a.csv").stat().st_mode) == 0o600


def test_a_copy_never_goes_where_it_should_not(tmp_path: Path) -> None:
    view = finish(downloads.start(Plan()))
    other = tmp_path / "other.csv"
    other.write_text("mine")
    link = tmp_path / "link.csv"
    link.symlink_to(other)
    for target, sentence in {
        other: "exists already",
        link: "is a link to another place",
        tmp_path: "is a folder",
        tmp_path / "no" / "a.csv": "There is no folder",
        tmp_path / "a.xlsx": "let its name end in .csv",
        Path("/dev/null"): "is no ordinary file",
    }.items():
        with pytest.raises(FileUnusable, match=sentence):
            downloads.save_copy(view.id, target)
    with pytest.raises(FileUnusable, match="link"):
        downloads.save_copy(view.id, link, overwrite=True)
    assert other.read_text() == "mine"
    downloads.save_copy(view.id, other, overwrite=True)
    assert names(other) == []
    assert sorted(path.name for path in tmp_path.glob("*.csv")) == ["link.csv", "other.csv"]
    assert list(tmp_path.glob(".*")) == []


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="a folder that nobody can write to is /proc")
def test_a_folder_that_takes_no_file_is_told() -> None:
    view = finish(downloads.start(Plan()))
    with pytest.raises(FileUnusable, match=r"cannot be written|may not write"):
        downloads.save_copy(view.id, Path("/proc/contacts.csv"))


def test_a_copy_that_does_not_fit_is_told_and_leaves_nothing(small_disk: Path) -> None:
    fill(20_000)
    view = finish(downloads.start(Plan()))
    (small_disk / "others").write_bytes(bytes(11 * 1024 * 1024))
    with pytest.raises(FileUnusable, match="No space left"):
        downloads.save_copy(view.id, small_disk / "a.csv")
    assert [path.name for path in small_disk.iterdir()] == ["others"]


def test_removing_takes_file_and_row_away() -> None:
    view = finish(downloads.start(Plan()))
    path = downloads.kept_file(view.id)
    downloads.remove(view.id)
    assert not path.exists()
    assert downloads.list_all() == []


def test_files_go_after_the_days_of_the_settings_and_the_history_says_so() -> None:
    settings.save(settings.Settings(download_days=10))
    old, recent = (finish(downloads.start(Plan())) for _ in range(2))
    for view, days in ((old, 11), (recent, 9)):
        Job.update(finished=times.now() - days * 86_400).where(Job.id == view.id).execute()
    path = downloads.kept_file(old.id)
    download()
    assert not path.exists()
    assert downloads.get(old.id).removed_after == 10
    assert (downloads.get(old.id).has_file, downloads.get(recent.id).has_file) == (False, True)
    with pytest.raises(FileUnusable, match="removed after 10 days"):
        downloads.save_copy(old.id, path)
    with pytest.raises(InvalidFields):
        settings.save(settings.Settings(download_days=0))


def test_a_kept_file_belongs_to_whom_the_database_belongs(db: Path) -> None:
    db.chmod(0o660)
    assert stat.S_IMODE(download().stat().st_mode) == 0o660


def test_the_command_for_ones_own_machine_is_safe_for_a_shell(tmp_path: Path) -> None:
    folder = tmp_path / "it's $(here)"
    folder.mkdir()
    database.open_database(folder / "a.db")
    view = finish(downloads.start(Plan()))
    words = shlex.split(downloads.scp_command(view.id))
    assert (words[0], words[2:]) == ("scp", ["."])
    account, _colon, path = words[1].partition(":")
    assert Path(path) == downloads.kept_file(view.id)
    assert all(account.partition("@"))
