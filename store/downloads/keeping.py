"""Files of downloads are kept for some time only; what killed processes left behind goes at once."""

from collections.abc import Iterator

from store import database, downloads, settings
from store.downloads import DownloadView
from store.models import Download
from store.values import times

_DAY = 24 * 60 * 60


def clean_up() -> None:
    """Remove what has been kept for long enough; done by the processes of jobs at their start."""
    days = settings.load().download_days
    for view in _kept_before(times.now() - days * _DAY):
        downloads.place_of(view.id, view.format).unlink(missing_ok=True)
        with database.writing():
            Download.update(removed_after=days).where(Download.job == view.id).execute()
    _remove_half_files()


def _kept_before(moment: int) -> Iterator[DownloadView]:
    return (view for view in downloads.list_all() if view.has_file and view.finished < moment)


def _remove_half_files() -> None:
    folders = list(database.files_folder().glob("download-*.part"))
    # Asked afterwards: one that has begun in between is seen to run.
    running = {view.id for view in downloads.list_all() if view.is_running}
    left = {int(folder.name.split("-")[1]) for folder in folders} - running
    for download_id in left:
        downloads.remove_half_files(download_id)
