"""Mail: invitations and their ends as iMIP messages (RFC 6047), handed in by SMTP."""
