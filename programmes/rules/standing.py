"""What happens next with what a school sent, in words for the school. Pure."""

AFTER = {
    "waiting": "Your hub writes as soon as a place is free",
    "accepted": "Your hub has accepted it",
    "declined": "You can apply again",
    "withdrawn": "You can apply again",
    "second": "Your hub decides about the first copy",
    "merged": "Your hub decides about it together with the other one",
}


def next_words(status: str, *, is_invited: bool, head: bool | None, asks: bool) -> str:
    """What the school waits for, or what is waited for.

    :param is_invited: whether the hub has invited a school that told of an interest to apply.
    :param head: whether the headteacher has confirmed; None: said no.
    :param asks: whether the hub has asked something that is not answered.
    """
    if asks:
        return "Your hub has a question: answer it"
    if status == "interested":
        return "Your hub invites you to apply" if is_invited else "You can apply while applications are open"
    if status == "submitted":
        if head is None:
            return "Your headteacher has said no: your hub decides"
        return "Your hub decides" if head else "Waits for your headteacher, then your hub decides"
    return AFTER.get(status, "")
