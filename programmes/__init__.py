"""What and when: years, phases, offers, interest, enrolments, leaders."""
