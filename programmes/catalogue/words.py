"""What things of the programme were called before: searches go on finding them."""

# In small letters.
OLDER_GROUP_LABELS = {
    "trg": "Work Group",
    "trgs": "Work Group",
    "teacher research group": "Work Group",
    "teacher research groups": "Work Group",
}


def group_words(text: str) -> str:
    """What was typed, or what that is called today."""
    return OLDER_GROUP_LABELS.get(text.strip().lower(), text.strip())
