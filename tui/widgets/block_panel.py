"""The settings of a flow or of one of its blocks."""

from collections.abc import Sequence
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Checkbox, Input, Static, TextArea

from store.flows import checks
from store.flows.blocks import EXPECTED, HOURS, REMINDER_MINUTES, Block, Flow, Kind
from store.flows.checks import Fault
from store.language import LANGUAGES, _
from store.values.custom_property import CustomProperty
from store.values.property_type import PropertyType
from tui.screens.choice import Choice
from tui.text import lines, plain, shown
from tui.widgets.block_options import BlockOptions
from tui.widgets.block_settings import SETTINGS, Item, Setting
from tui.widgets.block_text import BlockText
from tui.widgets.check import Check
from tui.widgets.choice_field import ChoiceField
from tui.widgets.download_progress import language_name
from tui.widgets.field import Field
from tui.widgets.line import Line

NEW_PROPERTY = 0
"""Chosen where a property is to be created."""


class SettingField(Field):
    """A field that is judged with the whole flow, not by itself."""

    _said: str | None = None

    def say(self, sentence: str | None) -> None:
        """Nothing: that something was typed corrects nothing yet."""

    def judge(self, sentence: str | None) -> None:
        """Show what is wrong, or that nothing is."""
        if sentence != self._said:
            self._said = sentence
            super().say(sentence)


class BlockPanel(VerticalScroll, can_focus=False):
    """All inputs stay there; what belongs to the block is shown. What is typed is read out with `read`."""

    class Touched(Message):
        """Something may have been set."""

    class PropertyWanted(Message):
        """The person wants to save the answer: where is to be asked."""

    class NewPropertyWanted(Message):
        """The person wants to save the answer to a property that is still to be created."""

    def __init__(self) -> None:
        super().__init__()
        self._item: Item | None = None
        self._known: Sequence[CustomProperty] = ()
        self._loaded: dict[str, Any] = {}
        """What each input stood at when it was last filled or read."""
        self._inputs: dict[str, Widget] = {}
        self._rest: list[str] = []
        """Sentences about the block that belong to no input."""

    def compose(self) -> ComposeResult:
        yield Static(id="kind", classes="title")
        yield Static(id="at-block", classes="fault")
        yield SettingField(_("Name (required)"), Line(id="name"), key="name")
        languages = [Choice(language_name(code), code) for code in LANGUAGES]
        yield self._choice(_("Language of the usual sentences"), "language", languages)
        hours = _("Expires after (hours, {first} to {last})").format(first=HOURS[0], last=HOURS[1])
        yield SettingField(hours, Line(id="hours"), key="hours")
        yield SettingField(_("Text"), BlockText(id="text"), key="text")
        types = [Choice(kind.label, kind) for kind in EXPECTED]
        yield self._choice(_("Expected response type"), "expects", types)
        yield SettingField(
            _("Options (ctrl+up/down moves, backspace when empty removes)"),
            BlockOptions(id="options"),
            key="options",
        )
        yield SettingField(_("What opens the list, for more than 3 options"), Line(id="menu"), key="menu")
        yield Check(_("Save response as contact property"), id="save")
        yield self._choice(_("Contact property"), "saving", [])
        yield Check(_("Overwrite previous value"), id="overwrite")
        yield SettingField(_("Wrong answers until it is given up"), Line(id="attempts"), key="attempts")
        yield SettingField(_("Said to a wrong answer (empty: the usual)"), BlockText(id="retry"), key="retry")
        yield Check(_("Then a way of its own (else the end)"), id="invalid")
        yield Check(_("Remind once if there is no answer"), id="remind")
        minutes = _("Reminder after (minutes, {first} to {last})")
        minutes = minutes.format(first=REMINDER_MINUTES[0], last=REMINDER_MINUTES[1])
        yield SettingField(minutes, Line(id="reminder_minutes"), key="reminder_minutes")
        yield SettingField(_("Text of the reminder"), BlockText(id="reminder_text"), key="reminder_text")

    def _choice(self, label: str, key: str, choices: Sequence[Choice[Any]]) -> SettingField:
        return SettingField(label, ChoiceField(label, choices, None, id=key), key=key)

    def on_mount(self) -> None:
        """Remember the inputs: they are read at every key."""
        self._inputs = {setting.key: self.query_one(f"#{setting.key}") for setting in SETTINGS}

    # In and out

    def show(self, item: Item, known: Sequence[CustomProperty]) -> None:
        """Fill the inputs with the settings of a flow or a block; leave alone what stands there already."""
        is_other = not _is_same(item, self._item)
        self._known = known
        self._fit(item)
        for setting in SETTINGS:
            if setting.applies(item):
                value = setting.load(item, known)
                if is_other or value != _value(self._input(setting)):
                    _fill(self._input(setting), value)
                self._loaded[setting.key] = value
        if is_other:
            self.scroll_home(animate=False)

    def read(self) -> tuple[Item | None, str]:
        """The flow or block with what was set by now, and the key of the setting if it was typed."""
        typed = ""
        for setting in SETTINGS:
            if self._item is None or not setting.applies(self._item):
                continue
            value = _value(self._input(setting))
            if setting.key == "saving" and value == NEW_PROPERTY:
                _fill(self._input(setting), self._loaded["saving"])
                self.post_message(self.NewPropertyWanted())
            elif value != self._loaded.get(setting.key):
                self._loaded[setting.key] = value
                self._item = setting.store(self._item, value, self._known)
                typed = setting.key if setting.is_typed else ""
        return self._item, typed

    def _fit(self, item: Item) -> None:
        """Show the inputs that apply; fill those that begin to."""
        before, self._item = self._item, item
        for setting in SETTINGS:
            applies = setting.applies(item)
            self._row(setting).display = applies
            if applies and before is not None and not setting.applies(before):
                self._loaded[setting.key] = setting.load(item, self._known)
                _fill(self._input(setting), self._loaded[setting.key])
        if before is None or _heading(item) != _heading(before):
            self.query_one("#kind", Static).update(plain(_heading(item)))
            if isinstance(item, Block):
                self._label("text", _text_label(item.kind))
        if isinstance(item, Block):
            self._saving_field.choices = self._properties(item)
            self.query_one(BlockOptions).fit(len(item.options))

    @property
    def _saving_field(self) -> "ChoiceField[Any]":
        return self.query_one("#saving", ChoiceField)

    def _properties(self, block: Block) -> list[Choice[int]]:
        found = property_choices(block, self._known)
        present = block.saving.property_id if block.saving is not None else NEW_PROPERTY
        if all(choice.value != present for choice in found):
            name = next((_named(item) for item in self._known if item.id == present), _("(deleted)"))
            found.insert(0, Choice(name, present))
        return found

    def _input(self, setting: Setting) -> Widget:
        return self._inputs[setting.key]

    def _row(self, setting: Setting) -> Widget:
        """The input with its label."""
        widget = self._input(setting)
        return widget.parent if isinstance(widget.parent, Field) else widget

    def _label(self, key: str, label: str) -> None:
        field = self._inputs[key].parent
        assert field is not None
        field.query_one(".label", Static).update(plain(label))

    # Faults

    def say(self, faults: Sequence[Fault]) -> None:
        """Show what is wrong with what is shown, each at its input."""
        sentences: dict[str, list[str]] = {}
        for fault in faults:
            sentences.setdefault(fault.field.partition(":")[0], []).append(_numbered(fault))
        for field in self.query(SettingField):
            found = sentences.pop(field.key, None) if field.display else None
            field.judge("\n".join(found) if found else None)
        rest = [sentence for found in sentences.values() for sentence in found]
        if rest != self._rest:
            self._rest = rest
            line = self.query_one("#at-block", Static)
            line.update(lines("\n".join(rest)))
            line.set_class(bool(rest), "-shown")

    # What a person does

    def enter(self, key: str = "") -> None:
        """Go to an input, or to the first."""
        for setting in SETTINGS:
            if self._row(setting).display and key in ("", setting.key):
                widget = self._input(setting)
                if isinstance(widget, BlockOptions):
                    widget.focus_line(0)
                else:
                    widget.focus()
                self.call_after_refresh(self._row(setting).scroll_visible, animate=False)
                return

    def enter_option(self, index: int) -> None:
        """Go to the line of an option."""
        self.query_one(BlockOptions).focus_line(index)

    @on(Input.Changed)
    @on(TextArea.Changed)
    @on(ChoiceField.Changed)
    def _touched(self) -> None:
        self.post_message(self.Touched())

    @on(Checkbox.Changed)
    def _ticked(self, event: Checkbox.Changed) -> None:
        if event.checkbox.id == "save" and event.value and not _saves(self._item):
            self.post_message(self.PropertyWanted())
        else:
            self.post_message(self.Touched())


def property_choices(block: Block, known: Sequence[CustomProperty]) -> list[Choice[int]]:
    """The properties that match what the block expects, and a new one."""
    found = [Choice(_named(item), item.id) for item in checks.matching(block, known)]
    return [*found, Choice(_("Create a property …"), NEW_PROPERTY)]


def type_for(block: Block) -> PropertyType:
    """The type that a property for the block's answer has."""
    return block.expects if block.kind is Kind.QUESTION else PropertyType.TEXT


def _named(item: CustomProperty) -> str:
    return f"{shown(item.name)} ({item.type.label})"


def _saves(item: Item | None) -> bool:
    return isinstance(item, Block) and item.saving is not None


def _is_same(one: Item | None, other: Item | None) -> bool:
    if isinstance(one, Block) and isinstance(other, Block):
        return one.id == other.id
    return isinstance(one, Flow) and isinstance(other, Flow)


def _heading(item: Item) -> str:
    return item.kind.label if isinstance(item, Block) else _("Flow")


def _text_label(kind: Kind) -> str:
    match kind:
        case Kind.MESSAGE:
            return _("Text")
        case Kind.END:
            return _("Said at the end (may stay empty)")
        case _:
            return _("Question")


def _numbered(fault: Fault) -> str:
    """The sentence; of an option with its number."""
    _name, colon, position = fault.field.partition(":")
    if not colon:
        return fault.sentence
    sentence = _("Option {number}: {sentence}")
    return sentence.format(number=int(position) + 1, sentence=fault.sentence)


def _value(widget: Widget) -> Any:
    if isinstance(widget, BlockOptions):
        return widget.texts
    if isinstance(widget, BlockText):
        return widget.text
    assert isinstance(widget, Line | Check | ChoiceField)
    return widget.value


def _fill(widget: Widget, value: Any) -> None:
    if isinstance(widget, BlockOptions):
        widget.texts = value
    elif isinstance(widget, BlockText):
        if widget.text != value:
            widget.text = value
            widget.move_cursor(widget.document.end)
    elif isinstance(widget, Line):
        widget.value = value
        widget.cursor_position = len(value)
    else:
        assert isinstance(widget, Check | ChoiceField)
        widget.value = value
