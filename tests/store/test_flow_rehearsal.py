"""A rehearsal says what would be sent, and nothing else."""

from store.flows import rehearsal
from store.flows.blocks import Block, Flow, Kind
from store.flows.rehearsal import Pretended, Voice
from store.values.property_type import Formats


def test_a_message_that_would_be_empty_is_not_said_but_noted() -> None:
    flow = Flow("Questions", (Block(1, Kind.MESSAGE, "{{email}}"), Block(2, Kind.QUESTION, "Who is that?")))
    played = rehearsal.begin(flow, (), Formats(), Pretended("Ana"))
    assert [said.voice for said in played.said] == [Voice.NOTE, Voice.FLOW]
    assert played.said[-1].text == "Who is that?"
    written = rehearsal.begin(flow, (), Formats(), Pretended("Ana", email="ana@example.com"))
    assert [said.text for said in written.said] == ["ana@example.com", "Who is that?"]
