import os, sys
from typing import List
from warnings import deprecated


class Base:
    def run(self, count: int) -> str:
        return str(count)


class Shop(Base):
    def run(self, name: str) -> int:
        """Runs."""
        balloons = "🎈🎈"; total = undefined + 1
        return balloons


def never(value: int):
    raise ValueError(value)
    print("unreachable")


@deprecated("use `never`")
def old() -> None: ...


def main(items: List[int] = [], extra=None):
    old()
    shop = Shop()
    shop.missing()
    shop.run(1, 2)
    if extra == None:
        return items["a"]
    for i in items: pass
