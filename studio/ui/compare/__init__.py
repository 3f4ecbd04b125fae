"""Two pictures beside each other: what differs, and why."""
