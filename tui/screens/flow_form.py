"""Give a flow its name: to a new one, to a copy, or another to one that is there."""

from collections.abc import Callable, Iterable

from textual import on
from textual.widget import Widget
from textual.widgets import Input

from store import language
from store.flows import keeping
from store.flows.blocks import Flow
from store.flows.keeping import FlowView
from store.language import _
from tui.screens.choice import Choice
from tui.screens.form import Form
from tui.text import shown
from tui.widgets.choice_field import ChoiceField
from tui.widgets.download_progress import language_name
from tui.widgets.field import Field
from tui.widgets.line import Line


class FlowName(Form[FlowView]):
    """Ends with the flow as it is kept under its name, or None."""

    def __init__(self, title: str, name: str, keep: Callable[[str], FlowView]) -> None:
        """`keep` stores it under the name that was typed."""
        super().__init__()
        self._title = title
        self._name_proposed = name
        self._keep = keep

    def heading(self) -> str:
        return self._title

    def compose_fields(self) -> Iterable[Widget]:
        yield Field(_("Name (required)"), Line(self._name_proposed, id="name"), key="name")

    def on_mount(self) -> None:
        """Begin at the name."""
        self.query_one("#name").focus()

    @on(Input.Submitted)
    def _enter(self) -> None:
        self.action_save()

    async def save(self) -> FlowView:
        return await self.contacts_app.write(self._keep, self.query_one("#name", Line).value)


class NewFlow(FlowName):
    """Ends with the new flow, or None."""

    def __init__(self) -> None:
        super().__init__(_("Create flow"), "", self._create)
        self._language = language.current()

    def compose_fields(self) -> Iterable[Widget]:
        yield from super().compose_fields()
        choices = [Choice(language_name(code), code) for code in language.LANGUAGES]
        label = _("Language of the usual sentences")
        yield Field(label, ChoiceField(label, choices, self._language, id="language"), key="language")

    @on(ChoiceField.Changed)
    def _chosen(self, event: ChoiceField.Changed) -> None:
        self._language = event.field.value

    def _create(self, name: str) -> FlowView:
        return keeping.create(Flow(name, language=self._language))


def renaming(view: FlowView) -> FlowName:
    """The form for another name of a flow."""
    title = _("Rename {name}").format(name=shown(view.flow.name, 50))
    return FlowName(title, view.flow.name, lambda name: keeping.rename(view.id, name))


def copying(view: FlowView) -> FlowName:
    """The form for the name of a flow's copy."""
    title = _("Copy {name}").format(name=shown(view.flow.name, 50))
    proposed = _("{name} (copy)").format(name=view.flow.name)
    return FlowName(title, proposed, lambda name: keeping.copy(view.id, name))
