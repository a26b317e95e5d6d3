from __future__ import annotations

import pytest

from xai_core.models.script.declared import Type, declared
from xai_core.models.script.lexer import StrangeCodeError, tokens


def test_words_strings_numbers_and_signs() -> None:
    found = [(one.kind, one.text) for one in tokens('x1 = torch.add(-2., "a\\"b", 1e-05)\n')]
    assert [text for kind, text in found if kind == "word"] == ["x1", "torch", "add"]
    assert [text for kind, text in found if kind == "string"] == ['"a\\"b"']
    assert [text for kind, text in found if kind == "number"] == ["2.", "1e-05"]


@pytest.mark.parametrize("text", ["# x", "a\\\nb", "a\tb", '"""a"""', "1x", "0x1", "é", "a;b", ")"])
def test_what_torch_does_not_write(text: str) -> None:
    with pytest.raises(StrangeCodeError):
        list(tokens(text))


CODE = b"""\
class A(Module):
  __parameters__ = []
  size : Final[int] = 3
  pair : Tuple[int, Dict[str, List[Tensor]]]
  __annotations__["0"] = __torch__.b.B
  def forward(self: __torch__.a.A,
    x: Tensor) -> Tensor:
    y : int = 1
    return x
class E(Enum):
  ONE = 1
"""


def test_declared_attributes_are_read() -> None:
    found = declared({"m/code/__torch__/a.py": CODE})
    assert found.keys() == {"__torch__.a.A", "__torch__.a.E"}
    assert found["__torch__.a.E"].base == "Enum"
    tensors = Type("Dict", (Type("str"), Type("List", (Type("Tensor"),))))
    attributes = found["__torch__.a.A"].attributes
    assert attributes.keys() == {"size", "pair", "0"}
    assert attributes["pair"] == Type("Tuple", (Type("int"), tensors))
    assert attributes["0"] == Type("__torch__.b.B")
