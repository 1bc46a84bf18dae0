"""How it happens: groups, places, meetings, registers, visits."""
