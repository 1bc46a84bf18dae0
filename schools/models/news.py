"""What somebody said about news."""

from django.db import models

from schools.models.people import Person


class NewsChoice(models.Model):
    """Whether somebody wants news: a person whatever their address is, or whoever reads a bare address.

    What a programme needs somebody to know is no news and is sent all the same.
    """

    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.CASCADE, related_name="news_choices")
    email = models.EmailField(blank=True, help_text="In small letters; empty where it is a person's choice.")
    wants = models.BooleanField()
    at = models.DateTimeField()
    how = models.CharField(max_length=100)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("person",), name="news_choice_once_person"),
            models.UniqueConstraint(fields=("email",), condition=~models.Q(email=""), name="news_choice_once_address"),
            models.CheckConstraint(
                name="news_choice_of_one",
                condition=models.Q(person__isnull=False, email="") | (models.Q(person=None) & ~models.Q(email="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person or self.email}: {'yes' if self.wants else 'no'}"
