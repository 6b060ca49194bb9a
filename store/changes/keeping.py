"""How long it is known what was before a change of many contacts."""

from store import changes, database, jobs, settings
from store.models import Change, Job
from store.values import times

_DAY = 86_400
_BATCH = 5_000
_FORGET = (
    "DELETE FROM change_item WHERE change_id = ? AND contact_id IN "
    "(SELECT contact_id FROM change_item WHERE change_id = ? LIMIT ?)"
)


def clean_up() -> None:
    """Forget changes that ended longer ago than imported files are kept; none can be undone then."""
    before = times.now() - settings.load().retention_days * _DAY
    query = Change.select(Change.job).join(Job).where(jobs.ended_before(before))
    for (change_id,) in list(database.tuples(query)):
        # One that is being undone at this moment stays until later.
        if not changes.get(change_id).is_running:
            _forget_items(change_id)
            with database.writing():
                Change.delete().where(Change.job == change_id).execute()
                jobs.delete([change_id])
    jobs.forget(("undo_change",), before)


def _forget_items(change_id: int) -> None:
    # In small transactions: a million of them at once would keep others waiting for seconds.
    while True:
        with database.writing():
            if not database.db.execute_sql(_FORGET, (change_id, change_id, _BATCH)).rowcount:
                return
