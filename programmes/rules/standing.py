"""What happens next with what a school sent, in words for the school. Pure."""

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
