"""What a register says in words. Pure: numbers in, words out."""


def came_words(came: int, marked: int, people: int | None = None) -> str:
    """How many came, how many did not, and, of so many people, how many are still to be marked."""
    words = f"{came} came, {marked - came} did not" if marked > came else f"{came} came"
    if people is None:
        return words
    return f"{words}: everybody is marked" if marked == people else f"{words}, {people - marked} still to be marked"
