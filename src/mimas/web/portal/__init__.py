"""The portal: one place for people, approvers, help desk and administrators."""
