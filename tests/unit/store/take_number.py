"""Takes numbers as another station does. Arguments: database address, how many. Prints each after its commit."""

import sys

from tests.unit.store.samples import entry, event
from workstation.store.database import open_store


def main() -> None:
    store = open_store(sys.argv[1])
    for _ in range(int(sys.argv[2])):
        with store.uow_factory() as uow:
            number = uow.register.next_number("sao", 2026)
            made = entry(number)
            uow.register.add(made)
            uow.audit.append(event(made.id, number))
            uow.commit()
        print(number, flush=True)


if __name__ == "__main__":
    main()
