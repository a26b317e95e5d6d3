"""One sentence about a ranking that never celebrates noise, and the figures behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from xai_core.attribution.methods.base import title_of
from xai_core.scores.margin import Flip, Margin, Spread, State, flips, margin, sides
from xai_core.scores.ranking import Entry, Ranking

MOST = 3  # pairs that are named
Name = Callable[[str], str]


@dataclass(frozen=True)
class Headline:
    """What is said of a ranking.

    Attributes:
        sentence: without its full stop. detail: whole sentences, or nothing.
        margin: after removal, of the pair that it is about; None where there is no pair.
    """

    sentence: str
    detail: str = ""
    margin: Margin | None = None
    state: State | None = None

    def __str__(self) -> str:
        return f"{self.sentence}. {self.detail}".strip()


def headline(
    raw: Ranking,
    after: Ranking,
    spreads: Mapping[str, Spread],
    *,
    title: Name = title_of,
    strong: Name = str,
) -> Headline:
    """Who overtook whom, or who leads, or that it is too close to call.

    Args:
        spreads: of methods that draw at random. title: of a method. strong: marks its hero.
    """
    ranked = [entry for entry in after.entries if entry.place is not None]
    if not ranked:
        return Headline("No map has a score at this quantile")
    if len(ranked) == 1:
        return Headline(f"{strong(title(ranked[0].name))} is the only map with a score")
    changes = flips(raw, after, spreads)
    for state in ("sure", "unknown"):
        named = [one for one in changes if one.state == state]
        if named:
            return _overtaken(named, title, strong)
    return _leading(raw, margin(after, *_two(ranked), sides(spreads)[1]), spreads, title, strong)


def _overtaken(changes: Sequence[Flip], title: Name, strong: Name) -> Headline:
    first = changes[0]
    behind: dict[str, list[str]] = {}
    for one in changes[:MOST]:
        behind.setdefault(one.after.front, []).append(title(one.after.back))
    told = ", ".join(
        f"{strong(title(front))} overtakes {_listed(backs)}" for front, backs in behind.items()
    )
    more = f" and {len(changes) - MOST} more pairs change places" if len(changes) > MOST else ""
    figures = f"{first.raw} nats behind before, {first.after} ahead after"
    if len(changes) > 1:
        figures = f"The first: {figures}"
    end = ""
    if first.state == "unknown":
        told, end = f"By this one seed {told}", _UNKNOWN
    sentence = f"{told}{more} once the pedestal is removed"
    return Headline(sentence, f"{figures}.{end}", first.after, first.state)


def _leading(
    raw: Ranking, lead: Margin, spreads: Mapping[str, Spread], title: Name, strong: Name
) -> Headline:
    first, second = strong(title(lead.front)), title(lead.back)
    if lead.state == "tied":
        sentence = f"{first} and {second} are equally complex"
        return Headline(sentence, "They differ by less than rounding.", lead, "tied")
    if lead.state == "close":
        detail = f"They differ by {lead} nats after removal; another seed may turn it."
        return Headline(f"Too close to call: {first} and {second}", detail, lead, "close")
    ahead = f"{lead} nats ahead of {second} after removal."
    if lead.state == "unknown":
        sentence = f"By this one seed {first} is the least complex"
        return Headline(sentence, f"{ahead}{_UNKNOWN}", lead, "unknown")
    if _led(raw, lead.front, spreads):
        sentence = f"{first} is the least complex, raw and after removal alike"
        return Headline(sentence, ahead, lead, "sure")
    sentence = f"{first} is the least complex after removal"
    return Headline(sentence, f"{ahead} Before, it was too close to call.", lead, "sure")


def _led(raw: Ranking, leader: str, spreads: Mapping[str, Spread]) -> bool:
    """Whether it was surely first before the removal, too."""
    others = [one.name for one in raw.entries if one.place is not None and one.name != leader]
    if raw.place(leader) is None or not others:
        return False
    lead = margin(raw, leader, others[0], sides(spreads)[0])
    return lead.value > 0 and lead.state == "sure"


def _listed(titles: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(titles[:-1]), titles[-1])))


def _two(ranked: Sequence[Entry]) -> tuple[str, str]:
    return ranked[0].name, ranked[1].name


_UNKNOWN = " Nothing tells how far another seed would move that; computing again does."
