"""Readers of mail, mailboxes and saved web pages, which share the MIME format."""
