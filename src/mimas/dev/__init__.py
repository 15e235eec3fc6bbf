"""What the people who build Mimas use: the command ``mimas-dev``. Nothing else imports it."""
