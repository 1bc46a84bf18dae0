"""What the hub had entered for somebody and counts no more: it goes, with what there was to show for it."""

from hubportal.core import files
from programmes.models import Interest, Receipt


def drop_receipts(interest: Interest, *which: Receipt.What) -> None:
    """These kinds of what was entered, or all of it. Whoever calls holds the interest, or has just changed it."""
    kinds = which or tuple(Receipt.What)
    for receipt in Receipt.objects.filter(interest=interest, what__in=kinds).select_related("evidence"):
        receipt.delete()
        if receipt.evidence is not None:
            files.forget(receipt.evidence)
