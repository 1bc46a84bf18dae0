"""How far what a school sent is: what happens next, and what its headteacher has answered, in a few words. Pure."""

AFTER = {
    "waiting": "Your hub writes as soon as a place is free",
    "accepted": "Your hub has accepted it",
    "declined": "You can apply again",
    "withdrawn": "You can apply again",
    "second": "Your hub decides about the first copy",
    "merged": "Your hub decides about it together with the other one",
}


def next_words(status: str, *, is_invited: bool, head: bool | None, asks: bool, is_own: bool = False) -> str:
    """What the school waits for, or what is waited for.

    :param is_invited: whether the hub has invited a school that told of an interest to apply.
    :param head: whether the headteacher has confirmed; None: said no.
    :param asks: whether the hub has asked something that is not answered.
    :param is_own: whether it waits for whoever reads it to confirm as headteacher.
    """
    if asks:
        return "Your hub has a question: answer it"
    if status == "interested":
        return "Your hub invites you to apply" if is_invited else "You can apply while applications are open"
    if status == "submitted":
        if head is None:
            return "Your headteacher has said no: your hub decides"
        whom = "you to confirm" if is_own else "your headteacher"
        return "Your hub decides" if head else f"Waits for {whom}, then your hub decides"
    return f"{'Waits for you to confirm. ' if is_own else ''}{AFTER.get(status, '')}"


def head_words(*, is_confirmed: bool, has_applied: bool, is_refused: bool, is_told: bool, is_asked: bool) -> str:
    """What the headteacher has answered, as the lists of a hub say it.

    No tick: whether it was the headteacher is for the page, which knows more.

    :param has_applied: whether whoever applied said that they are the headteacher.
    :param is_told: whether nobody asks the headteacher to confirm.
    """
    if is_confirmed:
        return "applied themself" if has_applied else "confirmed"
    if is_refused:
        return "says no"
    if is_told:
        return "only told"
    return "not yet" if is_asked else "not asked"
